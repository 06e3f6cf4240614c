#!/usr/bin/env bash
# Whatever else builds the product installs the libraries that ./dev does.
source "$(dirname "$0")/lib.sh"

packages=$(sed -nE 's/^run_packages=\((.*)\)/\1/p' dev | tr ' ' '\n' | grep -E -- '-dev$|^libjs')
[ -n "$packages" ] || fault "dev: run_packages=(…) is not found"
for file in Dockerfile action.yml .clusterfuzzlite/Dockerfile debian/control; do
    for package in $packages; do
        grep -qw -- "$package" "$file" || fault "$file: does not install $package, which ./dev does"
    done
done
finish
