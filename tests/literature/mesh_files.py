"""Descriptor files of MeSH, made up, in the shape of NLM's: XML and ASCII."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Descriptor:
    """A heading: name, tree numbers, entry terms, pharmacological actions."""

    name: str
    numbers: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


def xml_file(descriptors, *, of_concept=False):
    """Return the XML; actions stand in the record, or in its first concept as until 2016."""
    records = "".join(_record(d, of_concept=of_concept) for d in descriptors)
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE DescriptorRecordSet SYSTEM '
        '"https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset_20250101.dtd">\n'
        f'<DescriptorRecordSet LanguageCode = "eng">\n{records}</DescriptorRecordSet>\n'
    ).encode()


def _named(tag, name):
    return f"<{tag}>\n   <String>{escape(name)}</String>\n  </{tag}>"


def _record(d, *, of_concept):
    actions = "".join(
        "<PharmacologicalAction><DescriptorReferredTo><DescriptorUI>D000900</DescriptorUI>"
        f"{_named('DescriptorName', a)}</DescriptorReferredTo></PharmacologicalAction>"
        for a in d.actions
    )
    actions = f"<PharmacologicalActionList>{actions}</PharmacologicalActionList>" if actions else ""
    numbers = "".join(f"   <TreeNumber>{n}</TreeNumber>\n" for n in d.numbers)
    numbers = f"<TreeNumberList>\n{numbers}  </TreeNumberList>" if numbers else ""
    concepts = "".join(
        f'<Concept PreferredConceptYN="{"N" if i else "Y"}"><ConceptUI>M{i:07}</ConceptUI>'
        f"{_named('ConceptName', name)}<ScopeNote>Not <i>a</i> heading.\n</ScopeNote>"
        f"{actions if of_concept and not i else ''}"
        '<ConceptRelationList><ConceptRelation RelationName="NRW"/></ConceptRelationList>'
        '<TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON">'
        f"<TermUI>T{i:06}</TermUI><String>{escape(name)}</String>"
        "<ThesaurusIDlist><ThesaurusID>NLM (1991)</ThesaurusID></ThesaurusIDlist></Term></TermList>"
        "</Concept>"
        for i, name in enumerate((d.name, *d.entries))
    )
    return f"""<DescriptorRecord DescriptorClass = "1">
  <DescriptorUI>D000001</DescriptorUI>
  {_named("DescriptorName", d.name)}
  <AllowableQualifiersList><AllowableQualifier><QualifierReferredTo>
   {_named("QualifierName", "mortality")}</QualifierReferredTo><Abbreviation>MO</Abbreviation>
  </AllowableQualifier></AllowableQualifiersList>
  <SeeRelatedList><SeeRelatedDescriptor><DescriptorReferredTo>
   {_named("DescriptorName", "Elsewhere")}</DescriptorReferredTo></SeeRelatedDescriptor>
  </SeeRelatedList>{"" if of_concept else actions}
  {numbers}
  <ConceptList>{concepts}</ConceptList>
 </DescriptorRecord>
"""


def ascii_file(descriptors):
    """Return the older form: a line for each element, records divided by ``*NEWRECORD``."""
    out = []
    for d in descriptors:
        out += ["*NEWRECORD", "RECTYPE = D", f"MH = {d.name}", "AQ = AD AE MO"]
        kinds = ("PRINT ENTRY", "ENTRY")
        out += [
            f"{kinds[i % 2]} = {e}{'|T109|T195|LAB|NRW|NLM (1991)|900308|abbcdef' * (i % 2 == 0)}"
            for i, e in enumerate(d.entries)
        ]
        out += [f"MN = {n}" for n in d.numbers]
        out += [f"PA = {a}" for a in d.actions]
        out += ["MH_TH = NLM (1991)", "FX = Elsewhere", "MS = Not = a heading.", "UI = D000001", ""]
    return "\n".join(out).encode()
