"""The bill of materials: what a hub consists of, as CycloneDX, from what is installed where it runs."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions, version
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

NPM = Path(__file__).parent / "data" / "npm_packages.json"
"""The packages that the front end was built from; hatch_build.py writes it when the package is built."""
OS_RELEASE = Path("/etc/os-release")
DEBIAN_FORMAT = "${binary:Package}\t${Version}\t${Architecture}\t${db:Status-Status}\n"
LONGEST_LICENSE = 100
"""Some packages put the whole text of their licence where its name belongs."""
OSI = "License :: OSI Approved :: "


@dataclass(frozen=True, slots=True)
class Package:
    """`ecosystem` is the type of a package URL: pypi, npm or deb."""

    ecosystem: str
    name: str
    version: str
    license: str = ""
    architecture: str = ""

    @property
    def url(self) -> PackageURL:
        if self.ecosystem == "deb":
            return PackageURL("deb", _distributor(), self.name, self.version, {"arch": self.architecture})
        namespace, _slash, name = self.name.rpartition("/")
        return PackageURL(self.ecosystem, namespace, name, self.version)


def packages() -> list[Package]:
    """All of them, once each; of the Debian packages those of the machine or container that this runs in."""
    found = {str(each.url): each for each in (*_python(), *_npm(), *_debian())}
    return [found[url] for url in sorted(found)]


def bill_of_materials(given: list[Package]) -> str:
    """CycloneDX 1.6 as JSON."""
    product = Component(
        name="vardkase",
        version=version("vardkase"),
        type=ComponentType.APPLICATION,
        bom_ref="vardkase",
        purl=PackageURL("pypi", "", "vardkase", version("vardkase")),
    )
    bom, licenses = Bom(), LicenseFactory()
    bom.metadata.component = product
    components = []
    for each in given:
        component = Component(
            name=each.name,
            version=each.version,
            type=ComponentType.LIBRARY,
            bom_ref=str(each.url),
            purl=each.url,
            licenses=[licenses.make_from_string(each.license)] if each.license else [],
        )
        bom.components.add(component)
        components.append(component)
    bom.register_dependency(product, components)
    written: str = JsonV1Dot6(bom).output_as_string(indent=1)
    return written


def _python() -> Iterator[Package]:
    for each in distributions():
        name = each.metadata.get("Name", "")
        if name and name.lower() != "vardkase":
            yield Package("pypi", name.lower().replace("_", "-"), each.version, _license(each))


def _license(distribution: Distribution) -> str:
    """As the package itself states it: an SPDX expression, a short name, or its classifiers."""
    said = distribution.metadata
    expression = said.get("License-Expression", "")
    named = said.get("License", "").strip()
    if expression or (named and len(named) <= LONGEST_LICENSE and "\n" not in named):
        return expression or named
    classifiers = said.get_all("Classifier") or []
    return ", ".join(each.removeprefix(OSI) for each in classifiers if each.startswith(OSI))


def _npm() -> Iterator[Package]:
    for each in json.loads(NPM.read_text("utf-8")):
        yield Package("npm", each["name"], each["version"], each["license"])


def _debian() -> Iterator[Package]:
    query = shutil.which("dpkg-query")
    if query is None:
        return
    listed = subprocess.run(
        [query, "--show", f"--showformat={DEBIAN_FORMAT}"], capture_output=True, text=True, check=False
    )
    for line in listed.stdout.splitlines():
        name, number, architecture, status = line.split("\t")
        if status == "installed":
            yield Package("deb", name.partition(":")[0], number, architecture=architecture)


def _distributor() -> str:
    try:
        lines = OS_RELEASE.read_text("utf-8").splitlines()
    except OSError:
        return "debian"
    named = next((line.partition("=")[2].strip('"') for line in lines if line.startswith("ID=")), "")
    return named or "debian"
