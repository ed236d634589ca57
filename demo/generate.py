"""Makes the two demo organisations: employees.csv and members.csv of each, always the same.

    python3 demo/generate.py

People, numbers and accounts are invented: IBANs pass ISO 13616's check but their bank codes belong to nobody.
"""
import csv
import datetime
import pathlib
import random
import unicodedata

HERE = pathlib.Path(__file__).parent

NAMES = {
    "DE": (
        "Anna Lena Sophie Marie Katharina Johanna Clara Greta Ida Paula Lukas Jonas Felix Maximilian Moritz Jakob Emil "
        "Matthias Sebastian Henrik".split(),
        "Müller Schmidt Schneider Fischer Weber Wagner Becker Schulz Hoffmann Koch Richter Klein Wolf Schröder Neumann "
        "Krüger Hartmann Lange Vogt Sommer".split(),
    ),
    "NL": (
        "Sanne Femke Lotte Maaike Anouk Eva Roos Noor Daan Bram Sem Thijs Ruben Jeroen Pieter Wouter Joost Niels".split(),
        "de Jong|Jansen|de Vries|van den Berg|Bakker|van Dijk|Visser|Smit|Meijer|de Boer|Mulder|de Groot|Bos|Vos|Peters|"
        "Hendriks|van Leeuwen|Dekker".split("|"),
    ),
    "FR": (
        "Camille Manon Chloé Élodie Léa Inès Juliette Margaux Hugo Louis Antoine Théo Mathieu Clément Rémi Étienne".split(),
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garnier "
        "Faure Rousseau Blanc".split(),
    ),
    "ES": (
        "Lucía Carmen Elena Marta Nuria Alba Irene Pilar Javier Pablo Sergio Álvaro Diego Íñigo Andrés Raúl".split(),
        "García Martínez López Sánchez Pérez Gómez Fernández Ruiz Díaz Moreno Muñoz Álvarez Romero Navarro Torres "
        "Domínguez Vázquez".split(),
    ),
    "GB": (
        "Olivia Amelia Isla Freya Grace Imogen Harriet Priya Oliver George Arthur Callum Rhys Tariq Edward Samuel".split(),
        "Smith Jones Taylor Brown Williams Davies Evans Wilson Roberts Walker Patel Wright Hughes Green Hall Begum "
        "Clarke Okafor".split(),
    ),
    "PL": (
        "Zofia Julia Maja Hanna Aleksandra Agnieszka Magdalena Antoni Jakub Szymon Filip Tomasz Marek Paweł Piotr".split(),
        "Nowak Kowalczyk Wójcik Kamiński Lewandowska Zieliński Woźniak Dąbrowska Kozłowski Mazur Krawczyk Piotrowska "
        "Grabowski Pawlak".split(),
    ),
}
FEMALE_FIRST = {"DE": 10, "NL": 8, "FR": 8, "ES": 8, "GB": 8, "PL": 7}
CURRENCY = {"GB": ("GBP", 0.87), "PL": ("PLN", 4.3)}
DIAL = {"DE": "+49", "NL": "+31", "FR": "+33", "ES": "+34", "GB": "+44", "PL": "+48"}
# Letters stand for themselves, digits for how many random digits follow: the country's BBAN layout.
BBAN = {"DE": [18], "NL": ["TEST", 10], "FR": [23], "ES": [20], "GB": ["TEST", 14], "PL": [24]}
NATIONAL_ID = {"DE": 11, "NL": 9, "FR": 15, "ES": 8, "GB": 8, "PL": 11}

COLUMNS = (
    "employee_number given_name family_name preferred_name email phone job_title department country grade "
    "employment_type hired_on manager_number salary_amount salary_currency bank_iban national_id birth_date gender "
    "nationality"
).split()


def ascii_letters(text: str) -> str:
    text = text.replace("ł", "l").replace("Ł", "L").replace("ß", "ss")
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(c for c in folded.lower() if c.isalnum())


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def iban(rng: random.Random, country: str) -> str:
    bban = "".join(part if isinstance(part, str) else digits(rng, part) for part in BBAN[country])
    numeric = "".join(str(int(c, 36)) for c in bban + country + "00")
    return f"{country}{98 - int(numeric) % 97:02d}{bban}"


def day(rng: random.Random, first: datetime.date, last: datetime.date) -> str:
    return (first + datetime.timedelta(days=rng.randrange((last - first).days))).isoformat()


class Organisation:
    """Hires people level by level; each has a manager hired before."""

    def __init__(self, prefix: str, domain: str, seed: int, countries: dict[str, int]):
        self.rng = random.Random(seed)
        self.prefix, self.domain = prefix, domain
        self.countries = countries
        self.rows: list[dict[str, str]] = []
        self.mails: set[str] = set()

    def hire(self, title: str, department: str, grade: int, manager: str, country: str | None = None) -> str:
        rng = self.rng
        country = country or rng.choices(list(self.countries), list(self.countries.values()))[0]
        given_names, family_names = NAMES[country]
        index = rng.randrange(len(given_names))
        given, family = given_names[index], rng.choice(family_names)
        gender = "female" if index < FEMALE_FIRST[country] else "male"
        gender = rng.choices([gender, "non_binary", "undisclosed"], [96, 2, 2])[0]
        mail = f"{ascii_letters(given)}.{ascii_letters(family)}"
        suffix = 1
        while (address := f"{mail}{suffix if suffix > 1 else ''}@{self.domain}") in self.mails:
            suffix += 1
        self.mails.add(address)
        number = f"{self.prefix}-{len(self.rows) + 1:05d}"
        currency, rate = CURRENCY.get(country, ("EUR", 1.0))
        euros = 26_000 * 1.165**grade * rng.uniform(0.93, 1.08)
        kinds = ["full_time", "part_time", "fixed_term", "contractor", "intern", "apprentice"]
        kind = "full_time" if grade > 6 else rng.choices(kinds, [78, 12, 5, 3, 1, 1])[0]
        self.rows.append(
            dict(
                employee_number=number, given_name=given, family_name=family,
                preferred_name=given[:3] if rng.random() < 0.06 else "", email=address,
                phone=DIAL[country] + "5550" + digits(rng, 6), job_title=title, department=department, country=country,
                grade=f"G{grade}", employment_type=kind,
                hired_on=day(rng, datetime.date(2009, 1, 5), datetime.date(2026, 10, 1)), manager_number=manager,
                salary_amount=f"{round(euros * rate, -2):.2f}", salary_currency=currency, bank_iban=iban(rng, country),
                national_id=digits(rng, NATIONAL_ID[country]),
                birth_date=day(rng, datetime.date(1962, 1, 1), datetime.date(2004, 12, 31)), gender=gender,
                nationality=country if rng.random() < 0.85 else rng.choice(list(NAMES)),
            )
        )
        return number

    def row(self, number: str) -> dict[str, str]:
        return next(row for row in self.rows if row["employee_number"] == number)

    def write(self, folder: str, members: list[tuple[str, str]]) -> None:
        directory = HERE / folder
        directory.mkdir(exist_ok=True)
        with open(directory / "employees.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            # As an export from another system would be: not in the order of the hierarchy.
            writer.writerows(sorted(self.rows, key=lambda row: (row["family_name"], row["employee_number"])))
        with open(directory / "members.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["employee_number", "email", "roles"])
            for number, roles in members:
                writer.writerow([number, self.row(number)["email"], roles])


FUNCTIONS = {
    # department: (head's title, manager's title, lead's title, people's titles)
    "Operations": ("Chief Operating Officer", "Terminal Manager", "Shift Lead",
                   ["Dock Coordinator", "Crane Operator", "Yard Planner", "Freight Handler", "Customs Clerk"]),
    "Road Transport": ("VP Road Transport", "Fleet Manager", "Dispatch Lead",
                       ["Driver", "Dispatcher", "Route Planner", "Vehicle Technician"]),
    "Technology": ("Chief Technology Officer", "Engineering Manager", "Staff Engineer",
                   ["Software Engineer", "Data Engineer", "Site Reliability Engineer", "QA Engineer"]),
    "Commercial": ("Chief Commercial Officer", "Regional Sales Manager", "Key Account Lead",
                   ["Account Executive", "Sales Development Representative", "Pricing Specialist", "Customer Success Agent"]),
    "Finance": ("Chief Financial Officer", "Finance Manager", "Accounting Lead",
                ["Accountant", "Financial Controller", "Payroll Specialist", "Treasury Specialist"]),
    "People": ("Chief People Officer", "HR Manager", "HR Business Partner",
               ["Recruiter", "HR Administrator", "Learning Specialist", "People Data Specialist"]),
}


def harbourlight() -> None:
    """About 1,200 people on six levels."""
    org = Organisation("HL", "harbourlight.example", 20261121, {"DE": 35, "NL": 25, "FR": 10, "ES": 10, "GB": 10, "PL": 10})
    chief = org.hire("Chief Executive Officer", "Executive", 18, "", "NL")
    directors, managers, leads = [], [], []
    heads = {name: org.hire(parts[0], name, 15, chief) for name, parts in FUNCTIONS.items()}
    sizes = {"Operations": 5, "Road Transport": 5, "Technology": 4, "Commercial": 4, "Finance": 2, "People": 2}
    for name, head in heads.items():
        for region in range(sizes[name]):
            place = ["North", "Baltic", "Iberia", "Rhine", "Channel"][region]
            directors.append((org.hire(f"Director {name} {place}", name, 12, head), name))
    for director, name in directors:
        for _ in range(org.rng.randint(2, 4)):
            managers.append((org.hire(FUNCTIONS[name][1], name, 9, director), name))
    for manager, name in managers:
        for _ in range(org.rng.randint(2, 4)):
            leads.append((org.hire(FUNCTIONS[name][2], name, 7, manager), name))
    position = 0
    while len(org.rows) < 1200:
        lead, name = leads[position % len(leads)]
        position += 1
        org.hire(org.rng.choice(FUNCTIONS[name][3]), name, org.rng.randint(2, 6), lead)
    people = [d for d, name in directors if name == "People"]
    operations = [d for d, name in directors if name == "Operations"]
    finance = [m for m, name in managers if name == "Finance"]
    workers = [row["employee_number"] for row in org.rows[-200:] if row["job_title"] == "Dock Coordinator"]
    org.write("harbourlight", [
        (chief, "owner"), (people[0], "hr_lead"), (operations[0], "manager"), (finance[0], "analyst"),
        (workers[0], "employee"), (heads["Finance"], "viewer"), (heads["Technology"], "admin"),
        # Two administrators: nobody links himself to an employee, nor whom he has invited.
        (heads["Commercial"], "admin"),
    ])


def fennel() -> None:
    """About 300 people."""
    org = Organisation("FG", "fennelgrey.example", 300, {"GB": 70, "FR": 20, "ES": 10})
    chief = org.hire("Managing Partner", "Partners", 17, "", "GB")
    studios = ["Architecture", "Interiors", "Landscape", "Structures", "Practice Office"]
    partners = [(org.hire(f"Partner {studio}", studio, 14, chief), studio) for studio in studios]
    associates = [
        (org.hire("Associate Director" if studio != "Practice Office" else "Office Manager", studio, 10, partner), studio)
        for partner, studio in partners for _ in range(5)
    ]
    position = 0
    while len(org.rows) < 300:
        associate, studio = associates[position % len(associates)]
        position += 1
        titles = ["Architect", "Designer", "Draughtsperson", "Model Maker", "Project Coordinator"]
        titles = ["Office Administrator", "Bookkeeper", "HR Officer"] if studio == "Practice Office" else titles
        org.hire(org.rng.choice(titles), studio, org.rng.randint(2, 7), associate)
    office = [a for a, studio in associates if studio == "Practice Office"]
    interiors = [a for a, studio in associates if studio == "Interiors"]
    org.write("fennelgrey", [
        (chief, "owner"), (office[0], "hr_lead"), (interiors[0], "manager"), (interiors[1], "analyst"),
        (org.rows[-1]["employee_number"], "employee"), (office[1], "viewer"), (office[2], "admin"),
        # Two administrators: nobody links himself to an employee, nor whom he has invited.
        (office[3], "admin"),
    ])


if __name__ == "__main__":
    harbourlight()
    fennel()
