import pytest

from listening_log.errors import UsageError
from tfx_pipeline.kubeflow.submit.cron import kubeflow_cron


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("0 3 * * *", "0 0 3 * * *"),
        ("30 0 3 * * MON-FRI", "30 0 3 * * MON-FRI"),
        (" */15 0-6/2 1,15 jan ? ", "0 */15 0-6/2 1,15 jan ?"),
    ],
)
def test_a_schedule_has_its_seconds(given: str, sent: str):
    assert kubeflow_cron(given) == sent


@pytest.mark.parametrize(
    ("cron", "message"),
    [
        ("daily", "expected five fields"),
        ("0 3 *", "expected five fields"),
        ("0 24 * * *", "'24' is no hours"),
        ("0 3 0 * *", "'0' is no day of the month"),
        ("0 3 * * 7", "'7' is no day of the week"),
        ("0 3 * mon *", "'mon' is no month"),
        ("5-2 * * * *", "'5-2' is no minutes"),
        ("*/0 * * * *", r"'\*/0' is no minutes"),
        ("1, * * * *", "'1,' is no minutes"),
    ],
)
def test_what_is_no_schedule_is_refused(cron: str, message: str):
    with pytest.raises(UsageError, match=message):
        kubeflow_cron(cron)
