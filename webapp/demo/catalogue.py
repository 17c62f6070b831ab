"""What the invented university teaches, where, and who might be there: names and codes."""

from dataclasses import dataclass, replace

ORGANIZATION = ("SARU", "Saraswati University", "Asia/Kolkata")
TERM = ("2024-25", 1)
DOMAIN = "saru.example"

DEPARTMENTS = {
    "CSE": "Computer Science and Engineering",
    "ECE": "Electronics and Communication Engineering",
    "MEC": "Mechanical Engineering",
    "CIV": "Civil Engineering",
    "MAT": "Mathematics",
    "MGT": "Management and Humanities",
}

TEACHERS = {"CSE": 15, "ECE": 14, "MEC": 7, "CIV": 7, "MAT": 8, "MGT": 9}
"""Teachers per department, 60 in all."""

RANKS = (("Professor", 14, "1.0"), ("Associate Professor", 16, "1.5"), ("Assistant Professor", 18, "2.0"))
"""Rank, most slots a week, average leaves a month."""


@dataclass(frozen=True)
class Programme:
    """A programme of study: its semesters of this term, its sections and their students."""

    code: str
    name: str
    semesters: tuple[int, ...]
    sections: tuple[str, ...]
    students: int
    lab_batches: int
    tutorial_groups: int


PROGRAMMES = (
    Programme("CSE", "B.Tech Computer Science and Engineering", (3, 5, 7), ("A", "B"), 60, 2, 2),
    Programme("ECE", "B.Tech Electronics and Communication", (3, 5, 7), ("A", "B"), 45, 2, 2),
    Programme("MEC", "B.Tech Mechanical Engineering", (3, 5, 7), ("A",), 50, 2, 0),
    Programme("CIV", "B.Tech Civil Engineering", (3, 5, 7), ("A",), 50, 2, 0),
    Programme("MAT", "B.Sc Mathematics", (1, 3, 5), ("A",), 40, 0, 2),
    Programme("MGT", "Bachelor of Business Administration", (1, 3, 5), ("A",), 50, 0, 2),
)

SMALL = tuple(replace(programme, semesters=(3, 5)) for programme in PROGRAMMES if programme.code in ("CSE", "MEC"))
"""Two years of two programmes: enough to try everything in a minute."""

CORE: dict[tuple[str, int], tuple[str, ...]] = {
    ("CSE", 3): ("Data Structures*", "Digital Logic Design", "Object-Oriented Programming*", "Discrete Structures"),
    ("CSE", 5): ("Operating Systems*", "Computer Networks*", "Theory of Computation", "Database Systems*"),
    ("CSE", 7): ("Machine Learning*", "Compiler Design*", "Distributed Systems*", "Information Security"),
    ("ECE", 3): ("Electronic Devices*", "Network Analysis", "Digital Electronics*", "Signals and Systems"),
    ("ECE", 5): ("Analog Communication*", "Microprocessors*", "Control Systems*", "Electromagnetic Waves"),
    ("ECE", 7): ("VLSI Design*", "Wireless Communication*", "Embedded Systems*", "Optical Networks"),
    ("MEC", 3): (
        "Engineering Thermodynamics",
        "Strength of Materials*",
        "Manufacturing Processes*",
        "Engineering Drawing*",
    ),
    ("MEC", 5): ("Heat Transfer*", "Machine Design*", "Fluid Machinery*", "Theory of Machines"),
    ("MEC", 7): ("Finite Element Methods", "Automobile Engineering*", "Mechatronics*", "Refrigeration*"),
    ("CIV", 3): ("Surveying*", "Building Materials*", "Structural Analysis I", "Engineering Geology"),
    ("CIV", 5): ("Geotechnical Engineering*", "Concrete Structures", "Transportation Engineering*", "Hydrology*"),
    ("CIV", 7): ("Steel Structures", "Environmental Engineering*", "Estimation and Costing", "Structural Dynamics*"),
    ("MAT", 1): ("Calculus", "Linear Algebra", "Analytical Geometry", "Introduction to Statistics"),
    ("MAT", 3): ("Real Analysis", "Group Theory", "Differential Equations", "Probability Theory"),
    ("MAT", 5): ("Complex Analysis", "Topology", "Numerical Methods", "Operations Research"),
    ("MGT", 1): ("Principles of Management", "Business Economics", "Financial Accounting", "Business Communication"),
    ("MGT", 3): ("Marketing Management", "Cost Accounting", "Organisational Behaviour", "Business Law"),
    ("MGT", 5): ("Human Resource Management", "Financial Management", "Supply Chain Management", "Entrepreneurship"),
}
"""Core courses of each programme's semester; a star marks a course with a laboratory."""

SHARED = {
    3: ("MA301", "Engineering Mathematics III", "MAT"),
    5: ("HS501", "Engineering Economics", "MGT"),
    7: ("HS701", "Project Management", "MGT"),
}
"""One course for all B.Tech programmes, a section for each of their sections."""

COMBINED = {
    3: ("ES302", "Environmental Studies", "CIV", 2, ""),
    5: ("HS502", "Constitution of India", "MGT", 1, "ODD"),
    7: ("HS702", "Career Development", "MGT", 1, "EVEN"),
}
"""Lectures for several sections at once: code, title, department, meetings a week, week set."""

ELECTIVES = {
    5: (
        ("OE511", "Introduction to Data Science", "CSE"),
        ("OE512", "Consumer Electronics", "ECE"),
        ("OE513", "Renewable Energy", "MEC"),
        ("OE514", "Disaster Management", "CIV"),
        ("OE515", "Game Theory", "MAT"),
        ("OE516", "Digital Marketing", "MGT"),
    ),
    7: (
        ("OE711", "Cloud Computing", "CSE"),
        ("OE712", "Internet of Things", "ECE"),
        ("OE713", "Robotics", "MEC"),
        ("OE714", "Smart Cities", "CIV"),
        ("OE715", "Cryptography", "MAT"),
        ("OE716", "Intellectual Property Rights", "MGT"),
    ),
}
"""Open electives of a semester: each student of it chooses one."""

ELECTIVE_SLOTS = {5: ("TUE4", "THU4", "FRI4"), 7: ("MON4", "WED4", "FRI3")}
"""The Dean's office keeps these free of everything else, so that no choice clashes."""

LAB_KIND = {"CSE": "computer lab", "ECE": "electronics lab", "MEC": "mechanical lab", "CIV": "civil lab"}

BUILDINGS = {"AB": "Academic Block", "LB": "Laboratory Block", "CB": "Chanakya Block"}

ROOMS = (
    ("AB", "Auditorium", "lecture", 150, 3, "projector, audio", None),
    ("AB", "Lecture Hall", "lecture", 75, 9, "projector", None),
    ("CB", "Lecture Hall", "lecture", 70, 6, "projector", None),
    ("CB", "Seminar Room", "seminar", 40, 8, "whiteboard", None),
    ("LB", "Computer Laboratory", "computer lab", 35, 5, "computers", "CSE"),
    ("LB", "Electronics Laboratory", "electronics lab", 30, 4, "oscilloscopes", "ECE"),
    ("LB", "Mechanical Laboratory", "mechanical lab", 30, 3, "workshop", "MEC"),
    ("LB", "Civil Laboratory", "civil lab", 30, 2, "testing bench", "CIV"),
)
"""Building, name, kind, seats, number, features, home department: 40 rooms."""

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT")
HOURS = (
    ("09:00", "10:00"),
    ("10:00", "11:00"),
    ("11:10", "12:10"),
    ("12:10", "13:10"),
    ("14:00", "15:00"),
    ("15:00", "16:00"),
    ("16:00", "17:00"),
    ("17:00", "18:00"),
)
"""Eight periods with lunch after the fourth; Saturday has the first four."""
SATURDAY_PERIODS = 4
WEEKS = 16

_FIRST = """
Aarav Aditi Aditya Akash Amit Ananya Anil Anita Anjali Arjun Arun Asha Ashok Bhavna Deepa Deepak Divya Gaurav Geeta
Girish Harish Isha Ishaan Jaya Karan Kavita Kiran Lakshmi Lalit Madhav Mahesh Manish Manoj Meena Meera Mohan Mukesh
Nandini Naveen Neha Nikhil Nisha Pankaj Pooja Pradeep Pranav Prashant Preeti Priya Rahul Rajesh Rakesh Ramesh Rashmi
Ravi Rekha Ritu Rohan Rohit Sachin Sameer Sandeep Sangeeta Sanjay Sarita Seema Shalini Shankar Shreya Shweta
Siddharth Smita Sneha Sonia Sudhir Suman Sunil Sunita Suresh Sushma Swati Tanvi Tarun Uma Usha Varun Vidya Vijay
Vikas Vikram Vinay Vinod Vivek Yash Zoya Farhan Imran Nazia Salman Grace Joseph Thomas Maria Harpreet Gurpreet
Simran Tenzin
"""
_LAST = """
Agarwal Ahmed Banerjee Bhat Bhattacharya Bose Chakraborty Chandra Chatterjee Chauhan Chopra Choudhury Das Desai
Deshmukh Deshpande Dubey Dutta Fernandes Gandhi Ghosh Gill Gokhale Goswami Gupta Iyer Iyengar Jadhav Jain Jha Joshi
Kamat Kapoor Kaur Khan Khanna Kulkarni Kumar Mahajan Malhotra Mathew Mehta Menon Mishra Mukherjee Naidu Nair Nambiar
Pandey Patel Patil Pillai Prasad Rao Rathore Reddy Roy Saxena Sen Sethi Shah Sharma Shenoy Shetty Shukla Singh Sinha
Srivastava Subramanian Tiwari Tripathi Varghese Varma Verma Vyas Yadav
"""
FIRST_NAMES, LAST_NAMES = _FIRST.split(), _LAST.split()
