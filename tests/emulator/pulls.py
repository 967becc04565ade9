"""What image registries answer to whoever pulls: token, manifest, config, as a snapshot keeps them."""
import hashlib

SINGLE = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
CONFIG = {SINGLE: "application/vnd.docker.container.image.v1+json", OCI: "application/vnd.oci.image.config.v1+json"}
LAYER = {SINGLE: "application/vnd.docker.image.rootfs.diff.tar.gzip", OCI: "application/vnd.oci.image.layer.v1.tar+gzip"}
SIZES = [31428093, 2911840, 188230417, 1215720672]


def digest(*parts):
    return "sha256:" + hashlib.sha256("/".join(parts).encode()).hexdigest()


def reference(image):
    name, _, pinned = image.partition("@")
    return pinned or (name.rsplit(":", 1)[1] if ":" in name.rsplit("/", 1)[1] else "latest")


def manifest(image, media=SINGLE, sizes=SIZES, own=None):
    layers = [{"mediaType": LAYER[media], "digest": digest(image, "layer", str(n)), "size": size}
              for n, size in enumerate(sizes)]
    return {"mediaType": media, "schemaVersion": 2, "size": 412 + 163 * len(layers),
            "config": {"mediaType": CONFIG[media], "digest": digest(image, "config"), "size": 8127}, "layers": layers,
            "layersSize": sum(sizes), "digest": own or digest(image, "manifest")}


def index(image, architecture):
    """As `docker buildx` pushes one platform unless told otherwise: with an attestation of how it was built."""
    return {"mediaType": INDEX, "schemaVersion": 2, "size": 856, "digest": digest(image, "index"), "manifests": [
        {"mediaType": OCI, "digest": digest(image, "manifest"), "size": 1066, "os": "linux", "architecture": architecture},
        {"mediaType": OCI, "digest": digest(image, "attestation"), "size": 838, "os": "unknown",
         "architecture": "unknown", "attestation": True}]}


def asked(s):
    """The images that the account's snapshot asks registries for."""
    return [c["input"]["image"] for c in s.find("registry", "GetToken")]


def handed_out(s, image, architecture="amd64", attested=False, own=None):
    s.put("registry", "GetToken", {"image": image}, {"registry": image.split("/", 1)[0], "method": "ecr",
                                                     "credentials": True})
    inner = manifest(image, OCI if attested else SINGLE, own=own)
    top = index(image, architecture) if attested else inner
    s.put("registry", "GetManifest", {"image": image, "reference": reference(image)}, top)
    if attested:
        s.put("registry", "GetManifest", {"image": image, "reference": inner["digest"],
                                          "platform": f"linux/{architecture}"}, inner)
    s.put("registry", "GetConfig", {"image": image, "reference": inner["config"]["digest"]},
          {"architecture": architecture, "os": "linux", "created": "2026-11-18T10:20:41Z"})


def unknown_tag(s, image):
    s.drop("registry", "GetConfig", image=image)
    s.fail("registry", "GetManifest", {"image": image, "reference": reference(image)}, "MANIFEST_UNKNOWN",
           "Requested image not found", 404)
