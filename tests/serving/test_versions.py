from pathlib import Path

from serving.versions import is_version, version_path, versions


def test_only_folders_named_by_whole_numbers_are_versions(tmp_path: Path) -> None:
    for name in ("2", "10", "007", ".11.staging", "12-tmp", "-3", "1.5", "٣"):
        (tmp_path / name).mkdir()
    (tmp_path / "99").write_text("a file")
    assert versions(tmp_path) == [2, 7, 10]


def test_a_missing_folder_has_no_versions(tmp_path: Path) -> None:
    assert versions(tmp_path / "nowhere") == []


def test_leading_zeros_are_found_again(tmp_path: Path) -> None:
    (tmp_path / "007").mkdir()
    assert version_path(tmp_path, 7) == tmp_path / "007"


def test_an_empty_name_is_no_version() -> None:
    assert not is_version("")


def test_a_number_beyond_int64_is_no_version(tmp_path: Path) -> None:
    for name in (str((1 << 63) - 1), str(1 << 63), "9" * 20, "1" * 5000):
        if len(name) < 255:
            (tmp_path / name).mkdir()
        assert is_version(name) == (name == str((1 << 63) - 1))
    assert versions(tmp_path) == [(1 << 63) - 1]
