"""Two encoders, one model: what they read, that they agree, and what happens where the fast one cannot be had."""

import random
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from features.bert_graph import Unsuitable, build
from features.encoder import Encoder
from features.excerpts import excerpt
from features.openvino_encoder import BATCH_TOKENS, OpenVinoEncoder, batches, fast_encoder
from features.sentence_encoder import SentenceEncoder
from features.weights import PACKAGED_SHA256, Foreign, Weights, find, packaged

PACKAGED_FINGERPRINT = "0b40d68aaba88031619478e4aa310c939095b6ab5d4e584611d30752d206543c"

SENTENCES = (
    "Please fix the failing test in the parser and explain what went wrong.",
    "Bitte behebe den Fehler in der Anmeldung, er tritt nur unter Windows auf.",
    "Peux-tu écrire une fonction qui calcule la médiane d'une liste ?",
    "¿Por qué falla la compilación después de actualizar las dependencias?",
    "Почему запрос к базе данных стал таким медленным?",
    "为什么这个函数返回空列表？请检查边界情况。",
    "このテストが失敗する理由を説明してください。",
    "이 함수를 더 빠르게 만들어 주세요.",
    "لماذا يفشل هذا الاختبار؟",
    "यह फ़ंक्शन गलत परिणाम क्यों देता है?",
    "Γιατί αποτυγχάνει η δοκιμή;",
    "Tại sao bài kiểm tra này thất bại?",
    "def median(xs):\n    xs = sorted(xs)\n    return xs[len(xs) // 2]",
    '{"status": 500, "error": "timeout after 30s", "path": "/api/v2/orders"}',
    "ok",
)
ODD = (
    *("", " ", "\n\t \n", "\x00\x01\x02\x7f", "a\x00b\x1b[31mred\x1b[0m", "\u202eabc\u200b\ufeff", "😀👩‍👩‍👧" * 40),
    *(
        "[CLS] [SEP] [MASK] [PAD]",
        "a" * 100_000,
        "word " * 20_000,
        "0123456789abcdef" * 500,
        "e\u0301" * 300,
        "．。，" * 300,
    ),
)


def mixed(count: int, seed: int = 5) -> list[str]:
    """Texts in many languages and of many lengths, and odd ones."""
    rng = random.Random(seed)
    joined = [" ".join(rng.choices(SENTENCES, k=1 + int(rng.expovariate(0.4)))) for _ in range(count - len(ODD))]
    return [*ODD, *(text[rng.randrange(9) :] for text in joined)]


@pytest.fixture(scope="module")
def slow() -> Encoder:
    return SentenceEncoder()


@pytest.fixture(scope="module")
def fast() -> OpenVinoEncoder:
    return OpenVinoEncoder()


def test_the_two_encoders_agree_on_every_kind_of_text(slow: Encoder, fast: Encoder) -> None:
    texts = mixed(120)
    cosines = np.sum(slow.encode(texts) * fast.encode(texts), axis=1)
    assert cosines.min() > 0.999, texts[int(cosines.argmin())][:80]
    assert (slow.fingerprint, slow.dimension) == (fast.fingerprint, fast.dimension) == (PACKAGED_FINGERPRINT, 384)


def test_full_precision_agrees_where_the_processor_has_no_bfloat16(slow: Encoder) -> None:
    texts = mixed(40)
    cosines = np.sum(slow.encode(texts) * OpenVinoEncoder(precision="f32").encode(texts), axis=1)
    assert cosines.min() > 0.99999


def test_a_vector_is_the_same_to_the_bit_alone_and_among_others(fast: Encoder) -> None:
    texts = mixed(120)
    together, backwards = fast.encode(texts), fast.encode(texts[::-1])[::-1]
    alone = np.concatenate([fast.encode([text]) for text in texts])
    assert (together == alone).all()
    assert (together == backwards).all()


def test_vectors_are_of_unit_length_and_float32(slow: Encoder, fast: Encoder) -> None:
    for encoder in (slow, fast):
        found = encoder.encode(["one", "", "three"])
        assert found.dtype == np.float32
        assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-3)
        assert encoder.encode([]).shape == (0, 384)


def test_what_is_alike_in_meaning_is_near(fast: Encoder) -> None:
    first, same, other = fast.encode(["The test fails.", "That test is failing.", "I would like a pizza."])
    assert first @ same > 0.7 > 0.3 > first @ other


def test_a_batch_holds_texts_of_one_width_within_its_tokens() -> None:
    lengths = [2, 3, 8, 9, 16, 255, 256, *[40] * 60]
    cut = list(batches(lengths, 256))
    assert sorted(row for rows, _ in cut for row in rows) == list(range(len(lengths)))
    assert all(width - 8 < lengths[row] <= width for rows, width in cut for row in rows)
    assert all(len(rows) * width <= BATCH_TOKENS for rows, width in cut)
    assert [width for _, width in cut] == [256, 40, 40, 40, 16, 8]
    assert list(batches([300, 512], 512)) == [([1], 512), ([0], 304)]


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not these")
    with pytest.raises(Foreign, match=rf"model.safetensors has the sha256 [0-9a-f]{{64}}, not {PACKAGED_SHA256}"):
        packaged(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(Foreign, match="has the sha256 None"):
        packaged(tmp_path)


def test_a_model_in_a_folder_has_a_fingerprint_of_all_that_shapes_its_vectors(tmp_path: Path) -> None:
    other = tmp_path / "model"
    shutil.copytree(find().folder, other)
    assert find(str(other)).fingerprint == PACKAGED_FINGERPRINT
    (other / "README.md").write_text("another page")
    assert find(str(other)).fingerprint == PACKAGED_FINGERPRINT
    (other / "sentence_bert_config.json").write_text('{"max_seq_length": 128, "do_lower_case": false}')
    assert find(str(other)).fingerprint != PACKAGED_FINGERPRINT
    short, whole = OpenVinoEncoder(str(other)), SentenceEncoder(str(other))
    texts = ["word and " * 500, "short"]
    assert np.sum(short.encode(texts) * whole.encode(texts), axis=1).min() > 0.999


def test_a_model_that_is_not_there_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(FileNotFoundError, match="nobody/no-such-model is neither a folder nor fetched before"):
        find("nobody/no-such-model")


def test_without_openvino_the_slow_encoder_is_had_with_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.warns(RuntimeWarning, match=r"several times slower than OpenVINO would: .*openvino"):
        encoder = fast_encoder()
    assert isinstance(encoder, SentenceEncoder)


def test_where_openvino_is_there_no_notice_is_given() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(fast_encoder(), OpenVinoEncoder)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("config.json", '"model_type": "bert"', '"model_type": "mpnet"'),
        ("config.json", '"hidden_act": "gelu"', '"hidden_act": "relu"'),
        ("config.json", '"position_embedding_type": "absolute"', '"position_embedding_type": "relative_key"'),
        ("1_Pooling/config.json", '"pooling_mode_cls_token": false', '"pooling_mode_cls_token": true'),
        ("modules.json", "models.Normalize", "models.Dense"),
    ],
)
def test_a_model_of_another_kind_is_not_built_wrongly(tmp_path: Path, file: str, before: str, after: str) -> None:
    for name in ("config.json", "modules.json", "1_Pooling/config.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(
            (find().folder / name).read_text().replace(before, after if name == file else before)
        )
    with pytest.raises(Unsuitable, match="is no BERT encoder with gelu, absolute positions and mean pooling"):
        build(Weights(tmp_path, ""))


def test_nothing_heavy_is_imported_until_an_encoder_is_made() -> None:
    code = (
        "import sys, features.openvino_encoder, features.sentence_encoder, features.vectors\n"
        "heavy = {'torch', 'sentence_transformers', 'openvino', 'tokenizers', 'safetensors', 'huggingface_hub'}\n"
        "assert not heavy & set(sys.modules)\n"
        "features.openvino_encoder.fast_encoder().encode(['a text'])\n"
        "assert 'torch' not in sys.modules\n"
    )
    root = Path(__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


def test_short_texts_are_encoded_whole_and_long_ones_by_three_passages() -> None:
    assert excerpt("") == ""
    assert excerpt("a" * 1024) == "a" * 1024
    long = "h" * 384 + "x" * 2000 + "m" * 192 + "x" * 2000 + "t" * 192
    assert excerpt(long) == "h" * 384 + " … " + "x" * 96 + "m" * 96 + " … " + "t" * 192
    assert excerpt("é" * 5000) == " … ".join(("é" * 192, "é" * 96, "é" * 96))


def test_an_excerpt_is_text_that_can_be_encoded(fast: Encoder) -> None:
    assert excerpt("half \ud800 pair") == "half ? pair"
    pieces = excerpt("語" * 9000).split(" … ")
    assert [set(piece) for piece in pieces] == [{"語"}] * 3
    assert fast.encode([excerpt("\udfff" * 3000)]).shape == (1, 384)
