"""
Checks this code against the test vectors: python3 check_vectors.py

Decryption and signatures need the package `cryptography`, which viewer and host do not use.
"""

import base64
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from link import read_link
from state import hash_of, parse, same
from viewer import read_frame

FILE = Path(__file__).parents[2] / "packages/vue-sync/test/protocol-vectors.json"
SIGNATURE_BYTES = 64
IV_BYTES = 12


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def derive(secret, use):
    info = f"vue-sync.v1 {use}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"", info=info).derive(decode(secret))


def verify(public_key, signature, data):
    """Raises InvalidSignature."""
    point = b"\x02" + decode(public_key)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    numbers = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key.verify(utils.encode_dss_signature(*numbers), data, ec.ECDSA(hashes.SHA256()))


def open_frame(sealed, session, secret, public_key):
    """The frame in an encrypted frame. Raises InvalidTag or InvalidSignature."""
    body = sealed.index(b"\n") + 1
    data = f"vue-sync.v1\n{session}\n".encode() + sealed[:body]
    iv, content = sealed[body : body + IV_BYTES], sealed[body + IV_BYTES :]
    plain = AESGCM(derive(secret, "frame")).decrypt(iv, content, data)
    frame, signature = plain[:-SIGNATURE_BYTES], plain[-SIGNATURE_BYTES:]
    verify(public_key, signature, data + frame)
    return frame


def sent_hash(secret, session, epoch, seq, value):
    mac = hmac.HMAC(derive(secret, "hash"), hashes.SHA256())
    mac.update(f"vue-sync.v1\n{session}\n{epoch}\n{seq}\n{value}".encode())
    return int.from_bytes(mac.finalize()[:4], "big")


def leads(text):
    try:
        return bool(read_link(text))
    except ValueError:
        return False


def main():
    vectors = json.loads(FILE.read_text())
    frames, signing, encryption = vectors["frames"], vectors["signing"], vectors["encryption"]
    session, secret = encryption["session"], encryption["secret"]
    results = [hash_of(parse(vector["json"])) == vector["hash"] for vector in vectors["hash"]]
    for vector in vectors["links"]["read"]:
        results.append(read_link(vector["text"]) == (vector["socket"], vector.get("key")))
    results += [not leads(text) for text in vectors["links"]["refused"]]
    message = frames["message"]
    for name in ("json", "deflate-raw"):
        read = read_frame(bytes.fromhex(frames[name]))
        results.append(same({**message, "compress": ""}, {**read, "compress": ""}))
    verify(signing["publicKey"], bytes.fromhex(signing["signature"]), bytes.fromhex(signing["data"]))
    sealed = bytes.fromhex(encryption["frame"])
    results.append(open_frame(sealed, session, secret, signing["publicKey"]).hex() == frames["json"])
    sent = sent_hash(secret, session, message["epoch"], message["seq"], encryption["hash"])
    results.append(sent == encryption["sentHash"])
    print(f"{sum(results)} of {len(results)} vectors fit")
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
