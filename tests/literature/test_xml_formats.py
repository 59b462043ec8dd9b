"""PubMed, EndNote and JATS XML."""

from __future__ import annotations

from tests.literature.support import codes, one, read

from paucity.literature import Person, Record, Reference

PUBMED = """<?xml version="1.0"?>
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">7</PMID>
<Article><Journal><ISSN>1111-222X</ISSN><JournalIssue><Volume>3</Volume><PubDate>
<MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue><Title>A Journal</Title>
</Journal><ArticleTitle>CD8<sup>+</sup> cells in H<sub>2</sub>O at <mml:math
 xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>2</mml:mn>
</mml:math>.</ArticleTitle><Pagination><MedlinePgn>211-6</MedlinePgn></Pagination>
<ELocationID EIdType="doi">10.1/x</ELocationID>
<Abstract><AbstractText Label="BACKGROUND">One <i>in vivo</i>.</AbstractText>
<AbstractText Label="RESULTS">Two.</AbstractText></Abstract>
<AuthorList><Author><LastName>Ito</LastName><ForeName>Ken</ForeName><Initials>K</Initials>
<Identifier Source="ORCID">https://orcid.org/0000-0002-1825-0097</Identifier>
<AffiliationInfo><Affiliation>Hospital A</Affiliation></AffiliationInfo></Author>
<Author><CollectiveName>Study Group</CollectiveName></Author></AuthorList>
<Language>jpn</Language><DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>
<AccessionNumberList><AccessionNumber>NCT01104025</AccessionNumber></AccessionNumberList></DataBank>
</DataBankList><PublicationTypeList><PublicationType>Case Reports</PublicationType>
<PublicationType>Retracted Publication</PublicationType></PublicationTypeList>
<VernacularTitle>Shorei</VernacularTitle></Article>
<MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Humans</DescriptorName></MeshHeading>
<MeshHeading><DescriptorName>Acne</DescriptorName><QualifierName MajorTopicYN="Y">therapy
</QualifierName></MeshHeading></MeshHeadingList>
<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J. 2001;1:1
</RefSource><PMID>9</PMID></CommentsCorrections>
<CommentsCorrections RefType="Cites"><RefSource>K. 1990</RefSource><PMID>5</PMID>
</CommentsCorrections></CommentsCorrectionsList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">7</ArticleId>
<ArticleId IdType="pmc">PMC77</ArticleId></ArticleIdList>
<ReferenceList><Reference><Citation>Abe J. 1980.</Citation><ArticleIdList>
<ArticleId IdType="pubmed">3</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData>
</PubmedArticle>
<PubmedBookArticle><BookDocument><PMID>8</PMID><Book><Publisher><PublisherName>NCBI</PublisherName>
</Publisher><BookTitle>GeneReviews</BookTitle><PubDate><Year>1993</Year></PubDate></Book>
<ArticleTitle>Familial HLH</ArticleTitle></BookDocument></PubmedBookArticle>
<DeleteCitation><PMID>1</PMID><PMID>2</PMID></DeleteCitation>
</PubmedArticleSet>"""


def test_pubmed_keeps_the_text_of_inline_markup_and_mathml() -> None:
    record = read(PUBMED).records[0]
    assert record.title == "CD8+ cells in H2O at x=2 ."
    assert record.abstract == "BACKGROUND: One in vivo. RESULTS: Two."


def test_pubmed_fields_find_their_place() -> None:
    record = read(PUBMED).records[0]
    assert (record.pmid, record.pmcid, record.doi) == ("7", "PMC77", "10.1/x")
    assert (record.year, record.date, record.pages) == (1998, "", "211-6")
    assert ("pubmed:PubDate", "1998 Dec-1999 Jan") in record.extra
    assert record.original_title == "Shorei"
    assert record.registrations == ("NCT01104025",)
    assert record.mesh == ("Humans", "Acne/*therapy")
    assert record.authors[0].orcid == "0000-0002-1825-0097"
    assert record.authors[1] == Person("Study Group", collective=True)
    assert [(c.kind, c.pmid) for c in record.corrections] == [("RetractionIn", "9")]
    assert [r.pmid for r in record.references] == ["5", "3"]
    assert record.references[1] == Reference("3", "", "Abe J. 1980.")


def test_pubmed_books_and_deletions() -> None:
    library = read(PUBMED)
    book = library.records[1]
    assert (book.kind, book.title, book.journal) == ("chapter", "Familial HLH", "GeneReviews")
    assert (book.publisher, book.year) == ("NCBI", 1993)
    assert library.deleted == ("1", "2")


def test_old_medline_citations_stand_alone() -> None:
    text = (
        "<MedlineCitationSet><MedlineCitation><PMID>4</PMID><Article><ArticleTitle>A"
        "</ArticleTitle></Article></MedlineCitation></MedlineCitationSet>"
    )
    assert one(text).pmid == "4"


def endnote(body: str) -> Record:
    return one(f"<xml><records><record>{body}</record></records></xml>")


def styled(text: str) -> str:
    return f'<style face="normal">{text}</style>'


def test_endnote_and_ris_of_one_record_are_equal() -> None:
    from_xml = endnote(
        '<ref-type name="Journal Article">17</ref-type><contributors><authors><author>'
        f"{styled('Ito, K.')}</author></authors></contributors><titles><title>"
        f"{styled('A ')}{styled('case')}</title><secondary-title>{styled('J X')}</secondary-title>"
        f"</titles><pages>{styled('94-103')}</pages><keywords><keyword>{styled('a')}</keyword>"
        f"<keyword>{styled('b')}</keyword></keywords><dates><year>{styled('2018')}</year><pub-dates>"
        f"<date>{styled('Jan')}</date></pub-dates></dates><isbn>{styled('1111-222X')}</isbn>"
        f"<accession-num>{styled('77')}</accession-num><custom2>{styled('PMC5')}</custom2>"
        f"<notes>{styled('one&#xD;two')}</notes>"
        f"<remote-database-provider>{styled('NLM')}</remote-database-provider>"
    )
    from_ris = one(
        "TY  - JOUR\nAN  - 77\nAU  - Ito, K.\nC2  - PMC5\nDA  - Jan\nDP  - NLM\nKW  - a\nb\n"
        "N1  - one\ntwo\nPY  - 2018\nSN  - 1111-222X\nSP  - 94-103\nST  - A case\nT2  - J X\n"
        "TI  - A case\nER  - \n"
    )
    assert from_xml == from_ris
    assert from_ris.date == "2018-01"


def test_endnote_elements_without_a_ris_tag_are_kept() -> None:
    record = endnote("<titles><title>A</title></titles><odd><thing>7</thing></odd>")
    assert ("endnote:odd/thing", "7") in record.extra


JATS = """<article article-type="case-report" xml:lang="en"><front><journal-meta>
<journal-id journal-id-type="nlm-ta">J X</journal-id><journal-title-group><journal-title>Journal X
</journal-title></journal-title-group><issn pub-type="ppub">1111-222X</issn></journal-meta>
<article-meta><article-id pub-id-type="pmid">7</article-id><article-id pub-id-type="pmc">77
</article-id><title-group><article-title>A <italic>rare</italic> case</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Ito</surname><given-names>Ken
</given-names></name><xref ref-type="aff" rid="a1">1</xref></contrib></contrib-group>
<aff id="a1"><label>1</label>Hospital A</aff><pub-date pub-type="epub"><year>2011</year></pub-date>
<pub-date pub-type="ppub"><month>2</month><year>2012</year></pub-date><fpage>5</fpage>
<lpage>9</lpage><abstract><sec><title>Background</title><p>One.</p></sec></abstract>
<related-article related-article-type="retracted-article"
 xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="10.1000/abc"/></article-meta></front>
<back><ref-list><ref><label>1</label><mixed-citation>Abe J <pub-id pub-id-type="pmid">3</pub-id>
</mixed-citation></ref></ref-list></back></article>"""


def test_jats_fields_find_their_place() -> None:
    record = one(JATS)
    assert (record.pmid, record.pmcid, record.title) == ("7", "PMC77", "A rare case")
    assert record.authors == (Person("Ito", "Ken", affiliations=("Hospital A",)),)
    assert (record.year, record.date, record.pages) == (2012, "2012-02", "5-9")
    assert record.abstract == "BACKGROUND: One."
    assert (record.corrections[0].kind, record.corrections[0].doi) == (
        "RetractionOf",
        "10.1000/abc",
    )
    assert record.references[0].pmid == "3"
    assert record.publication_types == ("case-report",)


def test_a_document_that_breaks_off_keeps_what_was_read() -> None:
    library = read(PUBMED[: PUBMED.index("<DeleteCitation>") - 60])
    assert [r.pmid for r in library.records] == ["7", "8"]
    assert codes(library) == ["record-unclosed", "xml-broken"]
    inside_the_first = read(PUBMED[: PUBMED.index("Two.")])
    assert inside_the_first.records[0].title.startswith("CD8+")
    assert inside_the_first.findings[0].span.line == 3
