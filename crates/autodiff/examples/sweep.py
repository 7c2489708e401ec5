"""What accuracy.py and special_accuracy.py share: building the example, the table, and the end of a sweep."""

import json
import subprocess
import sys


def build(example, *features):
    """The example's path, built."""
    command = ["cargo", "build", "--release", "-p", "autodiff", *features, "--example", example, "--message-format=json"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    artifacts = (json.loads(line) for line in lines)
    return next(a["executable"] for a in artifacts if a.get("executable") and a["target"]["name"] == example)


def table(header, rows):
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + " |" for row in lines)


def end(text, faults, document):
    """Prints the text and the faults, puts the text between the marks of the document if there is one, and exits."""
    print(text)
    print("\nEvery bar is met." if not faults else "\nMissed:\n" + "\n".join(faults))
    if document:
        with open(document, encoding="utf-8") as file:
            before, rest = file.read().split("<!-- table -->\n")
            _, after = rest.split("<!-- end -->")
        with open(document, "w", encoding="utf-8") as file:
            file.write(f"{before}<!-- table -->\n\n{text}\n\n<!-- end -->{after}")
    sys.exit(1 if faults else 0)
