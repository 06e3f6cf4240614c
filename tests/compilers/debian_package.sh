#!/usr/bin/env bash
# debian/ makes two packages of the sources as they are committed: one with the program, which runs, its manual and completions, and one
# with libraries and headers. Only where Debian's tools for it are installed.
set -euo pipefail

for command in dpkg-buildpackage dh; do
    if ! command -v "$command" >/dev/null; then
        echo "skipped: $command is not installed (packages dpkg-dev and debhelper)"
        exit 77
    fi
done
rm -rf source ./*.deb
mkdir source
(cd "$SOURCE_DIR" && find CMakeLists.txt LICENSE CHANGELOG.md README.md cmake cli corpus crypto debian docs fuzz live reports scenarios simnet stack -type f \
    -not -path '*/.*' -print0 | tar --null -T - -c) | tar -x -C source
cd source
dpkg-buildpackage -us -uc -b >../build.log 2>&1 || { tail -n 40 ../build.log; exit 1; }
cd ..
rm -rf root
for package in ./*.deb; do
    case $package in *-dbgsym_*) continue ;; esac
    dpkg-deb -x "$package" root
done
root/usr/bin/sipsim version
root/usr/bin/sipsim run root/usr/share/sipsim/scenarios/quickstart.yaml -o out --force -q
for file in share/man/man1/sipsim.1.gz share/bash-completion/completions/sipsim include/sipsim/ss/engine.h; do
    [ -e "root/usr/$file" ] || { echo "no $file in the packages"; exit 1; }
done
find root/usr/lib -name libss.a | grep -q . || { echo "no libss.a in the packages"; exit 1; }
if command -v lintian >/dev/null; then
    lintian --fail-on error ./*.changes || { echo "lintian has errors"; exit 1; }
fi
