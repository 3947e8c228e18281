"""What a person sees who types something wrong, or asks before there is anything to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PROJECT, Datalab


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "says"),
    [
        (["status"], {}, 0, "nog geen uitgave"),
        (["releases"], {}, 0, "nog geen uitgave"),
        (["rollback"], {}, 1, "no release before"),
        (["run", "--as-of", "30-06-2026"], {}, 1, "schrijf jjjj-mm-dd"),
        (["status"], {"as_of": "gisteren"}, 1, "DATALAB_AS_OF is 'gisteren'"),
        (["erase", "geen_bron", "x.csv", "--reason", "x"], {}, 1, "Er is geen bron geen_bron"),
        (["erase", "iv3", "x.csv", "--reason", "x"], {}, 1, "nooit een bestand x.csv"),
        (["check", "bestaat_niet.csv"], {}, 2, "bestaat_niet.csv"),
        (["doctor"], {"landing": "/bestaat/niet"}, 1, "bestaat niet"),
        (["doctor"], {}, 0, "in orde"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_a_sentence(
    tmp_path: Path,
    datalab: Datalab,
    arguments: list[str],
    variables: dict[str, str],
    code: int,
    says: str,
) -> None:
    ran = datalab(*arguments, home=tmp_path, **variables)
    said = " ".join((ran.stdout + ran.stderr).split())
    assert ran.returncode == code, said
    assert says in said
    assert "Traceback" not in said


def test_a_broken_contract_is_named_with_its_line(tmp_path: Path, datalab: Datalab) -> None:
    source = tmp_path / "sources" / "iv3" / "source.yml"
    source.parent.mkdir(parents=True)
    text = (PROJECT / "sources" / "iv3" / "source.yml").read_text(encoding="utf-8")
    source.write_text(text.replace("cadence:", "cadance:"), encoding="utf-8")
    ran = datalab("erase", "iv3", "x", "--reason", "x", home=tmp_path, sources=source.parents[1])
    assert ran.returncode == 1
    assert f"{source}:5: cadance is no known key" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_file_is_judged_without_being_loaded(tmp_path: Path, datalab: Datalab) -> None:
    file = tmp_path / "votes_2026.csv"
    file.write_text("reactie_id;antwoord\n1;ja\n", encoding="utf-8")
    ran = datalab("check", str(file), "--source", "website_feedback", home=tmp_path / "home")
    assert ran.returncode == 1
    assert "ingezonden_op" in ran.stdout
    assert not (tmp_path / "home" / "raw").exists()
