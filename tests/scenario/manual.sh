#!/usr/bin/env bash
# Help, man pages and completions: made from one table, they name each verb and option; help teaches by example; shells and man accept
# what is written.
. "${0%/*}/lib.sh"

status 0 help --format verbs
verbs=$(cat stdout)
[ "$(wc -w <<<"$verbs")" -ge 12 ] || fault 'too few verbs'

for verb in $verbs; do
    status 0 "$verb" --help
    silent
    cp stdout help.txt
    grep -qE "^usage: sipsim $verb" help.txt || fault "$verb --help does not begin with its usage"
    grep -qE "^ +(source <\()?sipsim $verb" help.txt || fault "$verb --help teaches nothing by example"
    diff "$SOURCE_DIR/tests/scenario/help/$verb.txt" help.txt ||
        fault "$verb --help changed; if that was meant: sipsim $verb --help >tests/scenario/help/$verb.txt"
    [ "$(awk '{ if (length > n) n = length } END { print n }' help.txt)" -le 130 ] || fault "$verb --help is too wide"
    status 0 help "$verb" --format man
    cp stdout "$verb.1"
    grep -qE '^\.SH NAME' "$verb.1" || fault "no man page of $verb"
    for option in $(grep -oE -- '--[a-z][a-z-]+' help.txt | sort -u); do
        grep -qF -- "${option//-/\\-}" "$verb.1" || fault "the man page of $verb lacks $option"
    done
    # all that --help says is in the page as it is shown, and in that order
    if command -v groff >/dev/null; then
        groff -K utf8 -man -Tutf8 -P-c -rLL=300n -rHY=0 "$verb.1" 2>/dev/null | sed 's/.\x08//g' | tr -s ' \n' '  ' >page.txt
        python3 - <<'END' || fault "the man page of $verb says something else than --help"
import re
squeeze = lambda text: ' '.join(text.split())
page = open('page.txt').read().replace('\u2212', '-').replace('\u2010', '-')
usage, rest = open('help.txt').read().split('\n\n', 1)
said, options = rest.split('\noptions:\n')
at = 0
for part in [p for p in said.split('\n') if p.strip()]:
    assert squeeze(part) in page, part
for line in re.sub(r'\n {20,}', '  ', options).splitlines():
    name, help = re.fullmatch(r' +(?:-(?:\w), )?--(\S+)(?: \S+)? +(.*)', line).groups()
    found = page.find(squeeze(help), at)
    assert found > 0 and ('--' + name) in page[at:found + 1], line
    at = found
END
    fi
done
status 0 help --format man
cp stdout sipsim.1
for verb in $verbs; do
    grep -qF "sipsim\\-$verb" sipsim.1 || fault "sipsim.1 does not name $verb"
done
if command -v groff >/dev/null; then
    for page in ./*.1; do
        groff -K utf8 -man -Tutf8 -ww "$page" 2>&1 >/dev/null | grep -v "can't find" | head -3 >groff.log
        [ ! -s groff.log ] || { cat groff.log; fault "groff does not like $page"; }
    done
fi

# ---- completions ----
for shell in bash zsh fish; do
    status 0 help --format $shell
    cp stdout completion.$shell
    for verb in $verbs; do
        grep -qw -- "$verb" completion.$shell || fault "$shell does not complete $verb"
    done
    if command -v $shell >/dev/null; then
        $shell -n completion.$shell || fault "$shell does not accept its completion"
    fi
done
complete_bash() {
    bash -c 'source ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sipsim; printf "%s\n" "${COMPREPLY[@]}"' complete "$@"
}
[ "$(complete_bash sipsim lad)" = ladder ] || fault 'bash does not complete a verb'
[ "$(complete_bash sipsim run --order s)" = seeded ] || fault 'bash does not complete a value'
[ "$(complete_bash sipsim ladder --mer)" = --mermaid ] || fault 'bash does not complete an option'
[ "$(complete_bash sipsim schema sc | head -n 1)" = scenario ] || fault 'bash does not complete an operand'

# ---- where they are installed ----
cmake --install "$BINARY_DIR" --prefix "$work/installed" >install.log 2>&1 || { cat install.log; fault 'it cannot be installed'; }
for file in bin/sipsim share/man/man1/sipsim.1 share/man/man1/sipsim-run.1 share/bash-completion/completions/sipsim \
    share/zsh/site-functions/_sipsim share/fish/vendor_completions.d/sipsim.fish; do
    [ -s "installed/$file" ] || fault "$file is not installed"
done
cmp -s completion.bash installed/share/bash-completion/completions/sipsim || fault 'another completion is installed'

# ---- what is mistyped ----
cp "$SOURCE_DIR/scenarios/basic_call.yaml" a.yaml
while IFS= read -r line; do
    echo "$line"
    case $line in
    '$ sipsim '*)
        read -ra words <<<"${line#$ sipsim }"
        "$SIPSIM" "${words[@]}" 2>&1 >/dev/null </dev/null
        echo "status $?"
        ;;
    esac
done < <(grep '^\$' "$SOURCE_DIR/tests/scenario/help/mistyped.txt") >mistyped.txt
diff "$SOURCE_DIR/tests/scenario/help/mistyped.txt" mistyped.txt || fault 'another answer to what is mistyped'
finish
