"""Small files of PubMed XML, made up."""

import gzip
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "pubmed.dtd">\n'
)


def article(pmid, title="A case of fever", version=1, inside="", data="", extra=""):
    """Return a citation; `inside` stands in Article, `extra` in MedlineCitation."""
    return f"""  <PubmedArticle>
    <MedlineCitation Status="MEDLINE" Owner="NLM">
      <PMID Version="{version}">{pmid}</PMID>
      <DateRevised><Year>2019</Year><Month>12</Month><Day>10</Day></DateRevised>
      <Article PubModel="Print">
        <Journal>
          <ISSN IssnType="Print">0306-4530</ISSN>
          <JournalIssue CitedMedium="Print"><Volume>2</Volume><Issue>1</Issue>
            <PubDate><Year>2001</Year><Month>Mar</Month></PubDate></JournalIssue>
          <Title>Journal of examples</Title><ISOAbbreviation>J Ex</ISOAbbreviation>
        </Journal>
        <ArticleTitle>{title}</ArticleTitle>{inside}
      </Article>{extra}
    </MedlineCitation>
    <PubmedData>{data}</PubmedData>
  </PubmedArticle>
"""


def deletions(*pmids):
    inner = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in pmids)
    return f"<DeleteCitation>{inner}</DeleteCitation>\n"


def document(*parts):
    return f"{HEAD}<PubmedArticleSet>\n{''.join(parts)}</PubmedArticleSet>\n".encode()


def packed(path, *parts):
    path.write_bytes(gzip.compress(document(*parts), mtime=0))
    return path


def of_record(number, record):
    """Return the XML of a made-up record of tests/literature/searched.py."""

    def tag(name, text, attributes=""):
        return f"<{name}{attributes}>{escape(text)}</{name}>"

    authors = "".join(
        f"<Author>{tag('LastName', w.family)}{tag('ForeName', w.given)}</Author>"
        for w in record.authors
    )
    types = "".join(tag("PublicationType", t) for t in record.publication_types)
    headings = ""
    for heading in record.mesh:
        name, *qualifiers = heading.split("/")
        parts = [("DescriptorName", name), *(("QualifierName", q) for q in qualifiers)]
        inner = "".join(
            tag(n, t.lstrip("*"), f" MajorTopicYN={quoteattr('Y' if t[0] == '*' else 'N')}")
            for n, t in parts
        )
        headings += f"<MeshHeading>{inner}</MeshHeading>"
    words = "".join(tag("Keyword", w, ' MajorTopicYN="N"') for w in record.keywords)
    date = "".join(
        tag(n, t)
        for n, t in zip(("Year", "Month", "Day"), record.date.split("-"), strict=False)
    ) if record.date else (tag("Year", str(record.year)) if record.year else "")  # fmt: skip
    return f"""<PubmedArticle><MedlineCitation Owner="NLM"><PMID Version="1">{number}</PMID>
<Article><Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue></Journal>
{tag("ArticleTitle", record.title)}<Abstract>{tag("AbstractText", record.abstract)}</Abstract>
<AuthorList>{authors}</AuthorList>{"".join(tag("Language", x) for x in record.languages)}
<PublicationTypeList>{types}</PublicationTypeList></Article>
<MeshHeadingList>{headings}</MeshHeadingList><KeywordList>{words}</KeywordList>
</MedlineCitation></PubmedArticle>
"""
