#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tutorial.py carries out what a page says, and a page that says what is not so fails, by its name and line.
# guest: none
#
# Alone: tools/test docs/liars
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0

# page: of standard input, below a first line.
page() { { echo '.TH PAGE 7'; cat; } >page.7; }
# says STATUS PATTERN WHAT: so the page ends, and this is told.
says() {
	local said=0
	"$here/tutorial.py" page.7 a=bash b='cd .. && bash' >said 2>&1 || said=$?
	if [[ $said != "$1" ]] || ! grep -q -e "$2" said; then
		cat said
		echo "not ok: $3 (exit $said, expected $1)"
		failed=1
	fi
}

page <<'END'
.\" file: a one
.\" as well: b 1=2
.nf
.RS
value 1
\&.with a point, and \(aqquotes\(aq
.RE
.fi
Prose, with rm \-rf of everything.
.nf
a# \fBcat one; there=here\fP
value 1
\&.with a point, and 'quotes'
.fi
.nf
a# cat one
.fi
END
says 1 "^error: page.7:14: \`'\` is not what it looks like" 'what cannot be copied from the page'
sed -i "s/'quotes'/\\\\(aqquotes\\\\(aq/" page.7
says 0 '^page.7: 4 steps done, 0 did' 'a page that is right'
[[ $(<one) == $'value 1\n.with a point, and \'quotes\'' ]] || { echo 'not ok: the file'; failed=1; }
[[ $(<../one) == 'value 2'* ]] || { echo 'not ok: the file of the other machine'; failed=1; }
rm ../one

page <<'END'
.nf
a# there=here; true &
a# wait; echo $there \e
        is it; echo a second line; echo
a second ...
here is  it
b# echo [$there]
[]
.fi
.\" not run: it would fail
.nf
a# false
.fi
END
says 0 '3 steps done, 0 did' 'one shell for each machine, lines in any order, anything for ...'

page <<'END'
.nf
a# echo one two; echo three
one
three
.fi
END
says 1 '^error: page.7:4: a did not show: one$' 'half a line is no line'
says 1 '1 steps done, 1 did not' 'it is counted'

page <<'END'
.nf
a# echo once
once
once
.fi
END
says 1 '^error: page.7:5: a did not show: once$' 'a line serves once'

page <<'END'
.nf
a# true
a# echo done; (exit 3)
a# touch after
.fi
END
says 1 '^error: page.7:4: exit status 3 at a: echo done; (exit 3)$' 'a command that fails'
[[ ! -e after ]] || { echo 'not ok: what comes after a failure is done'; failed=1; }

page <<'END'
.nf
a# exit 0
.fi
END
says 1 '^error: page.7:3: exit status none: the shell ended at a' 'a shell that ends'

page <<'END'
.nf
.\" within: 20
a# echo x >>count; wc \-l <count
3
.fi
END
says 0 '1 steps done, 0 did' 'what comes in time'

page <<'END'
.nf
c# true
.fi
END
says 1 '^error: page.7:3: there is no machine c' 'a machine that is not there'

page <<'END'
.nf
text
.fi
END
says 1 '^error: page.7:2: a block that begins with neither' 'a block that nobody marked'
exit "$failed"
