"""The root cause of a server's end, from logs as vLLM 0.32 wrote them."""

import pytest

from cropsmith.agents.backends.providers.server_log import cause_of

API = "(APIServer pid=18820) "
CORE = "(EngineCore pid=25526) ERROR 11-26 15:28:15 [core.py:1102] "

TOO_LONG = f"""\
{API}WARNING 11-26 15:22:14 [system_utils.py:255] Found ulimit of 20000: `OSError: Too many files`.
{API}Traceback (most recent call last):
{API}  File "vllm/engine/arg_utils.py", line 1974, in create_model_config
{API}    return ModelConfig(
{API}pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig
{API}  Value error, User-specified max_model_len (99999) is greater than the derived \
max_model_len (32768). [type=value_error, input_value=ArgsKwargs((), {{}}), input_type=ArgsKwargs]
{API}    For further information visit https://errors.pydantic.dev/2.12/v/value_error
"""
NO_ROOM = f"""\
{CORE}EngineCore failed to start.
{CORE}Traceback (most recent call last):
{CORE}  File "vllm/v1/core/kv_cache_utils.py", line 672, in check_enough_kv_cache_memory
{CORE}    raise ValueError(
{CORE}ValueError: To serve at least one request, 4.00 GiB KV cache is needed, but 1.00 GiB is there.
(EngineCore pid=25526) Process EngineCore:
{API}Traceback (most recent call last):
{API}  File "vllm/v1/engine/utils.py", line 900, in wait_for_engine_startup
{API}RuntimeError: Engine core initialization failed. See root cause above.
"""
CHAINED = """\
Traceback (most recent call last):
KeyError: 'vision_config'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
huggingface_hub.errors.HFValidationError: Repo id must be in the form 'namespace/repo_name'
"""
USAGE = """\
usage: vllm serve [model_tag] [options]
vllm serve: error: unrecognized arguments: --nonsense 3
"""


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (
            TOO_LONG,
            "User-specified max_model_len (99999) is greater than the derived max_model_len "
            "(32768).",
        ),
        (
            NO_ROOM,
            "To serve at least one request, 4.00 GiB KV cache is needed, but 1.00 GiB is there.",
        ),
        (CHAINED, "Repo id must be in the form 'namespace/repo_name'"),
        (USAGE, "unrecognized arguments: --nonsense 3"),
        ("RuntimeError: no such weights", "RuntimeError: no such weights"),
        (TOO_LONG.splitlines()[0] + "\nloading\nKilled\n", "Killed"),
        ("", ""),
    ],
)
def test_the_cause_is_vllms_own(log: str, cause: str) -> None:
    assert cause_of(log.splitlines()) == cause
