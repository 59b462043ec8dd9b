"""On a cluster the rows are those of a store."""

import shutil

import pytest
from tests.literature.medline.support import article, deletions, packed
from tests.literature.medline.test_import import HOSTILE

pytest.importorskip("xml2arrow")
pytest.importorskip("pyspark")

pytestmark = pytest.mark.slow


@pytest.mark.filterwarnings("ignore")
def test_spark_gives_the_rows_of_a_part(tmp_path):
    if shutil.which("java") is None:
        pytest.skip("Java is not here")
    from pyarrow import parquet
    from pyspark.sql import SparkSession

    from paucity.literature.medline.part import make_part
    from paucity.literature.medline.spark import read_files

    files = [
        packed(tmp_path / "pubmed20n0001.xml.gz", *HOSTILE),
        packed(tmp_path / "pubmed20n0002.xml.gz", article(1, "again"), deletions(2)),
    ]
    bad = tmp_path / "pubmed20n0003.xml.gz"
    bad.write_bytes(files[0].read_bytes()[:-30])
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    try:
        rows = [
            r.asDict(recursive=True)
            for r in read_files(session, [*map(str, files), str(bad)]).collect()
        ]
    finally:
        session.stop()
    (tmp_path / "columns").mkdir()
    (tmp_path / "raw").mkdir()
    expected = []
    for path in files:
        part = make_part(path, tmp_path / "columns", tmp_path / "raw", fast=False)
        expected += parquet.read_table(tmp_path / "columns" / f"{part.name}.parquet").to_pylist()
    held = [{k: v for k, v in r.items() if k not in {"file", "fault", "deleted"}}
            for r in rows if not r["deleted"] and not r["fault"]]  # fmt: skip
    order = lambda r: (r["pmid"], r["title"])  # noqa: E731
    assert sorted(held, key=order) == sorted(expected, key=order)
    assert [(r["file"], r["pmid"]) for r in rows if r["deleted"]] == [("pubmed20n0002.xml.gz", 2)]
    assert [r["file"] for r in rows if r["fault"]] == ["pubmed20n0003.xml.gz"]
