"""Counts who stands under an employee, from the CSV alone: a second opinion on what the services answer.

    python3 demo/subtree.py demo/harbourlight/employees.csv HL-00008

Prints the employee numbers, the person's own included, one a line.
"""
import collections
import csv
import sys


def main(path: str, root: str) -> None:
    reports = collections.defaultdict(list)
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            reports[row["manager_number"]].append(row["employee_number"])
    queue = [root]
    for number in queue:
        queue += reports[number]
    print("\n".join(sorted(queue)))


if __name__ == "__main__":
    main(*sys.argv[1:])
