"""What properties, settings and methods take from Python, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import Office365Backup, SSLProviders
from coffer.threeds import Client


def test_a_property_its_getter_and_its_setter_are_the_same_value(backup: Office365Backup) -> None:
    backup.data_folder = "mail"
    assert backup.get_data_folder() == "mail"
    backup.set_data_folder("elsewhere/für mich/📧")
    assert backup.data_folder == "elsewhere/für mich/📧"
    backup.set_max_connections(value=7)
    assert backup.max_connections == backup.get_max_connections() == 7
    backup.sync_deletes = True
    assert backup.sync_deletes is True


@pytest.mark.parametrize("given", [b"MY", bytearray(b"MY"), memoryview(b"MY"), "MY"])
def test_bytes_properties_take_every_kind_of_bytes_and_text(backup: Office365Backup,
                                                            given: Any) -> None:
    backup.ssl_cert_store = given
    assert backup.ssl_cert_store == backup.get_ssl_cert_store() == b"MY"
    assert type(backup.ssl_cert_store) is bytes
    backup.set_ssl_cert_store(given)


@pytest.mark.parametrize("given", [b"MY\0", "MY\0", b"MY\0rest"])
def test_bytes_are_not_cut_at_a_nul(backup: Office365Backup, given: Any) -> None:
    backup.ssl_cert_store = given
    expected = given.encode() if isinstance(given, str) else given
    assert backup.ssl_cert_store == expected


def test_enumerated_properties_take_numbers_and_the_enumeration(backup: Office365Backup) -> None:
    backup.ssl_provider = SSLProviders.sslpPlatform
    assert backup.ssl_provider == 1
    backup.ssl_provider = 0
    assert backup.ssl_provider == SSLProviders.sslpAutomatic


@pytest.mark.parametrize("name, value, message", [
    ("data_folder", None, "data_folder must be str, not None"),
    ("data_folder", 5, "data_folder must be str, not int"),
    ("data_folder", b"x", "data_folder must be str, not bytes"),
    ("max_connections", "5", "max_connections must be int, not str"),
    ("max_connections", 5.0, "max_connections must be int, not float"),
    ("max_connections", None, "max_connections must be int, not None"),
    ("sync_deletes", 1, "sync_deletes must be bool, not int"),
    ("sync_deletes", "False", "sync_deletes must be bool, not str"),
    ("ssl_cert_store", 5, "ssl_cert_store must be bytes or str, not int"),
    ("on_log", 5, "on_log must be callable or None, not int"),
])
def test_a_wrong_type_is_a_type_error_that_names_the_property(
        backup: Office365Backup, name: str, value: Any, message: str) -> None:
    before = getattr(backup, name)
    with pytest.raises(TypeError, match=message):
        setattr(backup, name, value)
    if not name.startswith("on_"):
        with pytest.raises(TypeError, match=message):
            getattr(backup, f"set_{name}")(value)
    assert getattr(backup, name) == before


@pytest.mark.parametrize("name, value", [
    ("max_connections", 0), ("max_connections", -1), ("max_connections", 2**31),
    ("max_connections", 10**30), ("max_connections", 2**32 + 5),
    ("proxy_port", 65536), ("ssl_provider", 99),
    ("data_folder", "a\0b"), ("authorization", "Bearer x\0y"),
])
def test_a_value_that_does_not_fit_is_713(backup: Office365Backup, name: str, value: Any) -> None:
    before = getattr(backup, name)
    with pytest.raises(CofferError) as failure:
        setattr(backup, name, value)
    assert failure.value.code == 713
    assert getattr(backup, name) == before


def test_text_that_is_no_unicode_is_refused(backup: Office365Backup) -> None:
    with pytest.raises(UnicodeEncodeError):
        backup.data_folder = "\ud800"
    assert backup.data_folder == ""


def test_read_only_properties_have_no_setter(backup: Office365Backup) -> None:
    with pytest.raises(AttributeError):
        backup.message_count = 3  # type: ignore[misc]
    assert not hasattr(backup, "set_message_count")


def test_a_misspelt_property_is_an_attribute_error(backup: Office365Backup) -> None:
    with pytest.raises(AttributeError):
        backup.datafolder = "x"  # type: ignore[attr-defined]


def test_missing_and_unknown_arguments_are_type_errors(backup: Office365Backup) -> None:
    for call in (lambda: backup.config(),  # type: ignore[call-arg]
                 lambda: backup.config("LogLevel", "1"),  # type: ignore[call-arg]
                 lambda: backup.config(name="LogLevel"),  # type: ignore[call-arg]
                 lambda: backup.config(None),  # type: ignore[arg-type]
                 lambda: backup.start_backup(1),  # type: ignore[call-arg]
                 lambda: Office365Backup(1)):  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            call()


def test_config_reads_and_sets(backup: Office365Backup) -> None:
    assert backup.config("messagepagesize=20") == "20"
    assert backup.config(configuration_string="MessagePageSize") == "20"
    with pytest.raises(CofferError) as unknown:
        backup.config("NoSuchSetting=1")
    assert unknown.value.code == 714
    with pytest.raises(CofferError) as unfit:
        backup.config("MessagePageSize=0")
    assert unfit.value.code == 713
    with pytest.raises(CofferError) as cut:
        backup.config("UserAgent=a\0b")
    assert cut.value.code == 713


def test_errors_carry_code_and_message(backup: Office365Backup) -> None:
    with pytest.raises(CofferError) as failure:
        backup.start_backup()
    error = failure.value
    assert error.code in (701, 707)
    assert error.message and "\n" not in error.message
    assert str(error) == f"{error.code}: {error.message}"
    assert error.args == (error.code, error.message)


def test_objects_do_not_share_values(backup: Office365Backup) -> None:
    with Office365Backup() as other:
        other.data_folder = "other"
        other.config("MessagePageSize=11")
        assert backup.data_folder == ""
        assert backup.config("MessagePageSize") != "11"


@pytest.mark.parametrize("cls", [Office365Backup, Client], ids=lambda cls: cls.__name__)
def test_setting_the_scheme_of_a_proxy_clears_its_credentials(cls: Any) -> None:
    with cls() as made:
        made.proxy_user, made.proxy_password = "mira", "secret"
        assert (made.proxy_user, made.proxy_password) == ("mira", "secret")
        made.proxy_auth_scheme = made.proxy_auth_scheme  # also when it is what it was
        assert (made.proxy_user, made.proxy_password) == ("", "")
