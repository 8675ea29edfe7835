"""The patient portal of a clinic: one family's appointments, referrals, prescriptions, lab tests and procedures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, NewType, TypeVar

import numpy as np

from fc_gym.domains.keys import Date, FileId, Time, add_days, draw_today, mint
from fc_gym.domains.words import FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = [
    "Appointment", "Clinic", "Document", "LabTest", "Patient", "Preapproval", "Prescription", "Record", "Referral",
    "Slot",
]  # fmt: skip

PatientId = NewType("PatientId", str)
PatientName = NewType("PatientName", str)
SlotId = NewType("SlotId", str)
AppointmentId = NewType("AppointmentId", str)
ReferralId = NewType("ReferralId", str)
PrescriptionId = NewType("PrescriptionId", str)
LabTestId = NewType("LabTestId", str)
PreapprovalId = NewType("PreapprovalId", str)

Specialist = Literal["cardiology", "dermatology", "gastroenterology", "orthopaedics"]
Speciality = Literal["family medicine", "cardiology", "dermatology", "gastroenterology", "orthopaedics"]
Test = Literal["blood count", "clotting test", "glucose test", "liver panel", "thyroid panel"]
Procedure = Literal["heart catheter", "mole removal", "colonoscopy", "knee arthroscopy"]
Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")
Owned = TypeVar("Owned", "Appointment", "Referral", "Prescription", "LabTest", "Preapproval", "Document")
_Doctor = tuple[str, Speciality]

VISIT_DAYS = 30  # for so long, a doctor acts on what a visit showed
RESULT_DAYS = 14  # for so long, the lab goes by an order, and the insurer by a result
CALENDAR_DAYS = 14  # so far ahead, slots are offered
REFERRAL_DAYS = 30
APPROVAL_DAYS = 60
EARLY_DAYS = 5  # so long before a pack is used up, the next one may be had
PACK_DAYS = 28
PACKS = 3
FAMILY: Speciality = "family medicine"
PROCEDURES: dict[Specialist, Procedure] = {
    "cardiology": "heart catheter", "dermatology": "mole removal",
    "gastroenterology": "colonoscopy", "orthopaedics": "knee arthroscopy",
}  # fmt: skip
_SPECIALISTS: tuple[Specialist, ...] = tuple(PROCEDURES)
_TESTS: tuple[Test, ...] = ("blood count", "clotting test", "glucose test", "liver panel", "thyroid panel")
_TIMES = tuple(Time(one) for one in ("08:30", "09:50", "14:10", "16:20"))
_MEDICINES = ("allergy tablets", "asthma spray", "eczema cream", "eye drops", "iron tablets", "migraine tablets")
_LETTERS = ("hospital-letter", "vaccination-record", "eye-test", "x-ray-report", "diet-diary")
_HINTS = {
    "already_approved": "go on with the preapproval that is there",
    "already_attended": "what is over stays as it is; book another appointment if one is needed",
    "already_booked": "move or cancel the appointment that is there, or let it take place first",
    "already_done": "the procedure is over, so there is nothing left to change",
    "already_handed_in": "take the report that is among the documents of the patient",
    "already_ordered": "go on with the test that was ordered today",
    "already_referred": "use the referral that is there",
    "already_scheduled": "move or cancel the appointment for it, unless it has taken place",
    "already_signed": "there is no need to sign again",
    "approval_expired": "request a new preapproval",
    "consent_missing": "have the consent form signed first",
    "different_speciality": "choose a slot of the speciality that it is for",
    "no_recent_visit": "have the patient seen by the doctor who prescribes it first",
    "no_results": "a sample has to be handed in for the test first",
    "no_refills_left": "have the prescription renewed first",
    "not_family_doctor": "name a visit to a family doctor",
    "not_found": "look it up in the record of a patient, or among the free slots",
    "not_seen": "the visit has to take place first, so register the arrival on the day of the appointment",
    "not_signed": "there is no consent to withdraw until the form is signed",
    "not_today": "arrive on the day of the appointment, or move it to a slot of today",
    "not_used_up": "wait until the last pack is nearly used up",
    "order_expired": "have the test ordered again by a doctor who has just seen the patient",
    "other_patient": "choose a referral and a test of one and the same patient",
    "prescription_expired": "have the prescription renewed first",
    "referral_ends_before": "choose an earlier slot, or request a new referral after a visit to a family doctor",
    "referral_expired": "choose a referral that still holds, or request a new one",
    "referral_missing": "request a referral after a visit to a family doctor first",
    "result_too_old": "have a new test ordered",
    "slot_taken": "choose a slot that is free, or move or cancel the appointment that holds this one",
    "still_valid": "use up its refills first",
    "time_conflict": "choose another time, or move or cancel what the patient has then",
    "visit_too_old": "have the patient seen again first",
}


@dataclass
class Patient:
    """Somebody in the family who is a patient of the clinic.

    Names:
        {patient_name}
    """

    id: PatientId
    patient_name: PatientName


@dataclass
class Slot:
    """A time at which a doctor can see somebody.

    Names:
        the slot
        + with {doctor_name}
        + on {date}
        + at {time}
    """

    id: SlotId
    doctor_name: str
    speciality: Speciality
    date: Date
    time: Time


@dataclass
class Appointment:
    """A patient's visit to a doctor, or the procedure that `purpose` names.

    Names:
        {patient_name}'s appointment
        + with {doctor_name}
        + on {date}
        + at {time}
    """

    id: AppointmentId
    patient: PatientId
    patient_name: PatientName
    slot: SlotId
    doctor_name: str
    speciality: Speciality
    date: Date
    time: Time
    purpose: str
    status: Literal["booked", "attended"] = "booked"


@dataclass
class Referral:
    """A family doctor's word that a patient should see a specialist.

    Names:
        {patient_name}'s referral to {speciality}
        + valid until {valid_until}
    """

    id: ReferralId
    patient: PatientId
    patient_name: PatientName
    speciality: Specialist
    valid_until: Date


@dataclass
class Prescription:
    """A medicine that a patient may get more of, a pack at a time.

    Names:
        {patient_name}'s prescription for the {medicine}
    """

    id: PrescriptionId
    patient: PatientId
    patient_name: PatientName
    medicine: str
    doctor_name: str
    refills: int
    lasts_until: Date
    valid_until: Date


@dataclass
class LabTest:
    """A test that a doctor has ordered for a patient.

    Names:
        {patient_name}'s {test}
        + ordered on {ordered}
    """

    id: LabTestId
    patient: PatientId
    patient_name: PatientName
    test: Test
    ordered: Date
    released: Date | None = None


@dataclass
class Preapproval:
    """The insurer's promise to pay for a procedure, with what was attached to the request.

    Names:
        {patient_name}'s preapproval for the {procedure}
        + valid until {valid_until}
    """

    id: PreapprovalId
    patient: PatientId
    patient_name: PatientName
    procedure: Procedure
    speciality: Specialist
    valid_until: Date
    attachments: list[str]
    consent: Literal["missing", "signed"] = "missing"


@dataclass
class Document:
    """A letter or a lab report.

    Names:
        the file {name}
    """

    id: FileId
    name: str
    patient_name: str = ""


@dataclass
class Record:
    """What the clinic keeps about one patient."""

    patient: Patient
    appointments: list[Appointment]
    referrals: list[Referral]
    prescriptions: list[Prescription]
    lab_tests: list[LabTest]
    preapprovals: list[Preapproval]
    documents: list[Document]


@dataclass
class Clinic:
    """The portal of a clinic through which a family arranges its appointments and papers; it gives no advice."""

    today: Date
    minted: int
    patients: dict[PatientId, Patient] = field(default_factory=dict)
    slots: dict[SlotId, Slot] = field(default_factory=dict)
    appointments: dict[AppointmentId, Appointment] = field(default_factory=dict)
    referrals: dict[ReferralId, Referral] = field(default_factory=dict)
    prescriptions: dict[PrescriptionId, Prescription] = field(default_factory=dict)
    lab_tests: dict[LabTestId, LabTest] = field(default_factory=dict)
    preapprovals: dict[PreapprovalId, Preapproval] = field(default_factory=dict)
    documents: dict[FileId, Document] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Clinic:
        """Draw a family with a history at a clinic whose calendars are nearly full."""
        today = draw_today(rng)
        world = cls(today, int(rng.integers(10_000, 900_000)))
        for name in rng.permutation(FIRST_NAMES)[: int(rng.integers(2, 4))]:
            key = PatientId(world._mint("PAT"))
            world.patients[key] = Patient(key, PatientName(str(name)))
        doctors = _draw_calendars(world, rng)
        for patient, time in zip(world.patients.values(), _TIMES, strict=False):
            _draw_visits(world, patient, doctors, time, rng)
            _draw_papers(world, patient, doctors, rng)
        for patient in world.patients.values():
            _draw_bookings(world, patient, rng)
        return world

    def show_record(self, patient_name: PatientName) -> Record:
        """Show what the clinic keeps about one patient, from appointments to documents.

        Args:
            patient_name: The first name of the patient.

        Returns:
            The patient's appointments, referrals, prescriptions, lab tests, preapprovals and documents.

        Asks:
            tell me what the clinic has on file for {patient_name}
            go through the record of {patient_name}
            What does {patient_name} have coming up or still open at the clinic?
        Says:
            Appointments of {patient_name}: {result.appointments#}[. They are with {result.appointments[].doctor_name}].
            Referrals that {patient_name} has: {result.referrals#}[. Prescriptions: {result.prescriptions[].medicine}].
        """
        patient = _find({one.patient_name: one for one in self.patients.values()}, patient_name, "patient called")
        visits, sent = _of(patient, self.appointments), _of(patient, self.referrals)
        medicines, tests = _of(patient, self.prescriptions), _of(patient, self.lab_tests)
        approvals, files = _of(patient, self.preapprovals), _of(patient, self.documents)
        return Record(patient, visits, sent, medicines, tests, approvals, files)

    def find_slots(self, speciality: Speciality | None = None) -> list[Slot]:
        """Find the slots that are free in the doctors' calendars, the next two weeks, the earliest first.

        Args:
            speciality: What the doctor should be for; all doctors if left out.

        Returns:
            The free slots with doctor, day and time.

        Asks:
            find out which slots are free[ in {speciality}]
            look for openings[ in {speciality}] over the next two weeks
            When could one of us see a doctor[ in {speciality}]?
        Says:
            Free slots: {result#}[, with {result[].doctor_name} on {result[].date}, respectively].
            There are {result#} slots free[. From the earliest on, they are with {result[].doctor_name}].
        """
        free = [one for one in self.slots.values() if speciality in (None, one.speciality) and self._is_free(one)]
        return sorted(free, key=lambda one: (one.date, one.time, one.id))

    def book_appointment(self, patient: PatientId, slot: SlotId) -> Appointment:
        """Book a visit to a doctor; a specialist sees only whom a referral that still holds on that day sends.

        Args:
            patient: Who is to be seen; at most one visit ahead for each speciality.
            slot: The free slot to take.

        Returns:
            The appointment.

        Asks:
            book {slot} for {patient}
            reserve {slot}, so that {patient} can be seen then
            I'd like {patient} to have {slot}, so please book it.
        Says:
            {patient} is booked in with {result.doctor_name} on {result.date} at {result.time}.
            It is booked: {result.doctor_name} will see {patient} on {result.date} at {result.time}.
        """
        who, place = _find(self.patients, patient, "patient"), _find(self.slots, slot, "slot")
        self._need_free(place, patient)
        ahead = [one for one in _of(who, self.appointments) if (one.purpose, one.status) == ("visit", "booked")]
        single = all(one.speciality != place.speciality for one in ahead)
        _insist(single, "already_booked", f"{patient} has an appointment in {place.speciality}")
        self._need_referral(patient, place)
        return self._enter(who, place, "visit")

    def move_appointment(self, appointment: AppointmentId, slot: SlotId) -> Appointment:
        """Move an appointment to another slot of the same speciality, which frees the one it had.

        Args:
            appointment: The appointment to move.
            slot: The free slot to take instead; the doctor may be another.

        Returns:
            The appointment at its new time.

        Asks:
            move {appointment} to {slot}
            change {appointment} over to {slot}
            Can we have {slot} instead of {appointment}?
        Says:
            It is moved: {result.patient_name} sees {result.doctor_name} on {result.date} at {result.time} now.
            The new time is {result.time} on {result.date}, with {result.doctor_name}.
        """
        place, row = _find(self.slots, slot, "slot"), self._ahead(appointment)
        _insist(row.speciality == place.speciality, "different_speciality", f"{slot} is in {place.speciality}")
        self._need_free(place, row.patient, but=appointment)
        if row.purpose == "visit":
            self._need_referral(row.patient, place)
        row.slot, row.doctor_name, row.date, row.time = place.id, place.doctor_name, place.date, place.time
        return row

    def cancel_appointment(self, appointment: AppointmentId) -> Appointment:
        """Cancel an appointment that is still ahead, which frees its slot for others.

        Args:
            appointment: The appointment to cancel.

        Returns:
            The appointment that is off.

        Asks:
            cancel {appointment}
            call off {appointment}
            give up {appointment}, so that somebody else can have the time
            We cannot keep {appointment}, so please cancel it.
        Says:
            It is off: the time with {result.doctor_name} on {result.date} at {result.time} is free again.
            I have cancelled {appointment}.
        Consent:
            A slot that was given up may be gone for good.
        """
        self._ahead(appointment)
        return self.appointments.pop(appointment)

    def register_arrival(self, appointment: AppointmentId) -> Appointment:
        """Register at the front desk that the patient has arrived for an appointment of today, which then takes place.

        Args:
            appointment: The appointment that the patient has come for.

        Returns:
            The appointment, attended.

        Asks:
            let the front desk know that we are here for {appointment}
            check us in for {appointment}
            We have just arrived for {appointment}, so please tell the front desk.
        Says:
            You are checked in, and {result.doctor_name} has seen {result.patient_name}.
            Your arrival for {appointment} is registered, and the appointment has taken place.
        Consent:
            Only the family knows that the patient has arrived.
        """
        row = self._ahead(appointment)
        _insist(row.date == self.today, "not_today", f"{appointment} is on {row.date}")
        for one in self.preapprovals.values():
            if (one.patient, one.procedure) == (row.patient, row.purpose) and one.valid_until >= self.today:
                _insist(one.consent == "signed", "consent_missing", f"the form for the {row.purpose} is not signed")
        row.status = "attended"
        return row

    def request_referral(self, appointment: AppointmentId, speciality: Specialist) -> Referral:
        """Request a referral to a specialist from the family doctor whom a patient has seen in the last 30 days.

        Args:
            appointment: The visit to the family doctor; it must have taken place.
            speciality: What the specialist is for.

        Returns:
            The referral, which holds for 30 days.

        Asks:
            request a referral to {speciality} on the basis of {appointment}
            have the family doctor write a referral to {speciality} to follow up {appointment}
            After {appointment} we need a referral to {speciality}.
        Says:
            {result.patient_name} has a referral to {result.speciality} now, valid until {result.valid_until}.
            The family doctor refers {result.patient_name} to {result.speciality}, until {result.valid_until}.
        """
        row = _find(self.appointments, appointment, "appointment")
        _insist(row.speciality == FAMILY, "not_family_doctor", f"{appointment} is in {row.speciality}")
        self._need_seen(row)
        end = max(self._ends(row.patient, speciality), default=self.today)
        _insist(end < add_days(self.today, CALENDAR_DAYS), "already_referred", f"the referral there is ends on {end}")
        return self._refer(self.patients[row.patient], speciality, REFERRAL_DAYS)

    def order_lab_test(self, appointment: AppointmentId, test: Test) -> LabTest:
        """Have a lab test ordered by the doctor whom a patient has seen in the last 30 days; once a day for each test.

        Args:
            appointment: The visit to the doctor; it must have taken place.
            test: What the doctor is to order.

        Returns:
            The test, for which a sample is to be handed in.

        Asks:
            have a {test} ordered by the doctor to follow up {appointment}
            ask the doctor for the order of a {test}, as agreed at {appointment}
            At {appointment} we were promised a {test}, so please have it ordered.
        Says:
            A {result.test} is ordered for {result.patient_name}. The lab is waiting for the sample.
            The order is in: {result.patient_name} can go to the lab for a {result.test}.
        """
        row = _find(self.appointments, appointment, "appointment")
        self._need_seen(row)
        who = self.patients[row.patient]
        once = all((one.test, one.ordered) != (test, self.today) for one in _of(who, self.lab_tests))
        _insist(once, "already_ordered", f"a {test} was ordered for {row.patient} today")
        return self._order(who, test, self.today)

    def hand_in_sample(self, lab_test: LabTestId) -> Document:
        """Note that the lab has got the sample for a test, which is analysed at once; the doctor releases the results.

        Args:
            lab_test: The test that the sample is for, ordered at most 14 days ago.

        Returns:
            The report on the results, which is kept among the patient's documents.

        Asks:
            note that the sample for {lab_test} is at the lab
            tell the lab that we have handed in the sample for {lab_test}
            The sample for {lab_test} was taken just now, so please have it analysed.
        Says:
            The lab has the sample, and the results of {lab_test} are out. The report is the file {result.name}.
            The results of {lab_test} are released. You will find them in the file {result.name}.
        Consent:
            Only the family knows that the sample was taken.
        """
        row = _find(self.lab_tests, lab_test, "lab test")
        _insist(row.released is None, "already_handed_in", f"the results of {lab_test} came out on {row.released}")
        _insist(self._fresh(row.ordered, RESULT_DAYS), "order_expired", f"{lab_test} was ordered on {row.ordered}")
        row.released = self.today
        return self._file(_report(row), row.patient_name)

    def refill_prescription(self, prescription: PrescriptionId) -> Prescription:
        """Order the next pack on a prescription, in the last five days of the pack before it or later.

        Args:
            prescription: The prescription; it must not have expired and must have refills left.

        Returns:
            The prescription with the refills that are left.

        Asks:
            refill {prescription}
            get us the next pack on {prescription}
            The pack is running out, so use {prescription} to get another.
        Says:
            The next pack is on its way and lasts until {result.lasts_until}. Refills left: {result.refills}.
            I have refilled {prescription}. The {result.medicine} will last until {result.lasts_until}.
        """
        row = _find(self.prescriptions, prescription, "prescription")
        due = add_days(row.lasts_until, -EARLY_DAYS)
        _insist(
            due <= self.today, "not_used_up", f"the last pack lasts until {row.lasts_until}; the next is due on {due}"
        )
        _insist(row.valid_until >= self.today, "prescription_expired", f"{prescription} expired on {row.valid_until}")
        _insist(row.refills != 0, "no_refills_left", f"{prescription} has no refills left")
        row.refills, row.lasts_until = row.refills - 1, add_days(max(row.lasts_until, self.today), PACK_DAYS)
        return row

    def renew_prescription(self, prescription: PrescriptionId) -> Prescription:
        """Have a prescription that has expired or has no refills left renewed by its doctor.

        Args:
            prescription: The prescription; its doctor must have seen the patient in the last 30 days.

        Returns:
            The prescription, renewed.

        Asks:
            renew {prescription}
            get the doctor to extend {prescription}
            We need more on {prescription}, so ask the doctor to renew it.
        Says:
            I had {prescription} renewed. It is valid until {result.valid_until}, with {result.refills} refills.
            {result.doctor_name} has renewed {prescription} until {result.valid_until}.
        """
        row = _find(self.prescriptions, prescription, "prescription")
        spent = row.refills == 0 or row.valid_until < self.today
        _insist(spent, "still_valid", f"{prescription} has {row.refills} refills until {row.valid_until}")
        mine = [one for one in self.appointments.values() if one.patient == row.patient and one.status == "attended"]
        seen = any(one.doctor_name == row.doctor_name and self._fresh(one.date, VISIT_DAYS) for one in mine)
        _insist(seen, "no_recent_visit", f"{row.doctor_name} has not seen {row.patient} lately")
        row.refills, row.valid_until = PACKS, add_days(self.today, PACKS * PACK_DAYS)
        return row

    def request_preapproval(self, referral: ReferralId, lab_test: LabTestId, file: FileId | None = None) -> Preapproval:
        """Request the insurer's approval of the procedure that a referral leads to, with lab results attached.

        Args:
            referral: The referral to the speciality that does the procedure; it must not have expired.
            lab_test: A test of the same patient, its results released at most 14 days ago.
            file: Another document that supports the request.

        Returns:
            The approval, which is granted at once and holds for 60 days.

        Asks:
            request preapproval on the basis of {referral}, attaching the results of {lab_test}[ and {file} as well]
            have the insurer approve what {referral} is for, going by {lab_test}[ and by {file}]
            send {referral} to the insurer for approval, along with the results of {lab_test}[ and with {file}]
            We need the insurer's approval: send in {referral} and the results of {lab_test}[, together with {file}].
        Says:
            The insurer has approved the {result.procedure} for {result.patient_name}, until {result.valid_until}.
            It is approved: {result.patient_name} can have the {result.procedure} until {result.valid_until}.
        """
        sent, test = _find(self.referrals, referral, "referral"), _find(self.lab_tests, lab_test, "lab test")
        extra = [] if file is None else [_find(self.documents, file, "document").name]
        one_patient = sent.patient == test.patient
        _insist(one_patient, "other_patient", f"one is for {sent.patient_name}, the other for {test.patient_name}")
        _insist(sent.valid_until >= self.today, "referral_expired", f"{referral} expired on {sent.valid_until}")
        _insist(test.released is not None, "no_results", f"the results of {lab_test} are not out")
        fresh = self._fresh(test.released or self.today, RESULT_DAYS)
        _insist(fresh, "result_too_old", f"the results of {lab_test} came out on {test.released}")
        who = self.patients[sent.patient]
        ends = [one.valid_until for one in _of(who, self.preapprovals) if one.speciality == sent.speciality]
        _insist(max(ends, default="") < self.today, "already_approved", f"{who.patient_name} has an approval for that")
        end = add_days(self.today, APPROVAL_DAYS)
        return self._approve(who, sent.speciality, end, [_report(test), *extra])

    def sign_consent(self, preapproval: PreapprovalId) -> Preapproval:
        """Sign the consent form for a procedure that the insurer has approved.

        Args:
            preapproval: The preapproval of the procedure.

        Returns:
            The preapproval, with the consent signed.

        Asks:
            sign the consent form that goes with {preapproval}
            give our consent to what {preapproval} covers
            We agree to what {preapproval} is about, so please sign the form.
        Says:
            The consent form for the {result.procedure} is signed.
            I have signed the form, so the {result.procedure} can be scheduled for {result.patient_name}.
        Consent:
            Whether to agree to a procedure is for the patient to say.
        """
        row = self._current(preapproval)
        _insist(row.consent != "signed", "already_signed", f"the consent form for {preapproval} is signed")
        row.consent = "signed"
        return row

    def withdraw_consent(self, preapproval: PreapprovalId) -> Preapproval:
        """Withdraw the consent to a procedure, which will not be done without it, even if it is scheduled.

        Args:
            preapproval: The preapproval of the procedure.

        Returns:
            The preapproval, without consent.

        Asks:
            withdraw the consent that goes with {preapproval}
            take back our consent to what {preapproval} covers
            We have had second thoughts about {preapproval}, so withdraw the consent.
        Says:
            The consent to the {result.procedure} is withdrawn, so it will not be done.
            I have taken the consent back. The {result.procedure} will not be done unless the form is signed again.
        Consent:
            Whether to take back an agreement is for the patient to say.
        """
        row = self._current(preapproval)
        _insist(row.consent != "missing", "not_signed", f"the consent form for {preapproval} is not signed")
        over = (planned := self._planned(row)) is not None and planned.status == "attended"
        _insist(not over, "already_done", f"the {row.procedure} that {preapproval} is for has been done")
        row.consent = "missing"
        return row

    def schedule_procedure(self, preapproval: PreapprovalId, slot: SlotId) -> Appointment:
        """Schedule a procedure that the insurer has approved and for which the consent form is signed.

        Args:
            preapproval: The preapproval of the procedure.
            slot: A free slot of the speciality that does it.

        Returns:
            The appointment for the procedure.

        Asks:
            take {slot} for the procedure under {preapproval}
            book {slot} for what {preapproval} covers
            We would like {slot} for what {preapproval} is about, so please schedule it.
        Says:
            The {result.purpose} is scheduled: {result.doctor_name} does it on {result.date} at {result.time}.
            {result.patient_name} has the {result.purpose} on {result.date} at {result.time}, with {result.doctor_name}.
        """
        place, row = _find(self.slots, slot, "slot"), self._current(preapproval)
        _insist(row.speciality == place.speciality, "different_speciality", f"{slot} is in {place.speciality}")
        self._need_free(place, row.patient)
        _insist(self._planned(row) is None, "already_scheduled", f"the {row.procedure} has an appointment")
        _insist(row.consent == "signed", "consent_missing", f"the consent form for {preapproval} is not signed")
        return self._enter(self.patients[row.patient], place, row.procedure)

    def _mint(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)

    def _fresh(self, day: Date, days: int) -> bool:
        return day >= add_days(self.today, -days)

    def _ahead(self, key: AppointmentId) -> Appointment:
        row = _find(self.appointments, key, "appointment")
        _insist(row.status != "attended", "already_attended", f"{key} took place on {row.date}")
        return row

    def _current(self, key: PreapprovalId) -> Preapproval:
        row = _find(self.preapprovals, key, "preapproval")
        _insist(row.valid_until >= self.today, "approval_expired", f"{key} expired on {row.valid_until}")
        return row

    def _planned(self, row: Preapproval) -> Appointment | None:
        mine = (one for one in self.appointments.values() if one.patient == row.patient)
        return next((one for one in mine if one.purpose == row.procedure), None)

    def _is_free(self, place: Slot) -> bool:
        return all(one.slot != place.id for one in self.appointments.values())

    def _need_free(self, place: Slot, patient: PatientId, but: AppointmentId | None = None) -> None:
        _insist(self._is_free(place), "slot_taken", f"{place.id} is not free")
        others = [one for one in self.appointments.values() if one.patient == patient and one.id != but]
        alone = all((one.date, one.time) != (place.date, place.time) for one in others)
        _insist(alone, "time_conflict", f"{patient} has another appointment on {place.date} at {place.time}")

    def _ends(self, patient: PatientId, speciality: Speciality) -> list[Date]:
        mine = [one for one in self.referrals.values() if one.patient == patient]
        return [one.valid_until for one in mine if one.speciality == speciality]

    def _need_referral(self, patient: PatientId, place: Slot) -> None:
        ends = [place.date] if place.speciality == FAMILY else self._ends(patient, place.speciality)
        _insist(bool(ends), "referral_missing", f"{patient} has no referral to {place.speciality}")
        _insist(max(ends) >= place.date, "referral_ends_before", f"the referral ends on {max(ends)}")

    def _need_seen(self, row: Appointment) -> None:
        _insist(row.status != "booked", "not_seen", f"{row.id} on {row.date} has not taken place")
        _insist(self._fresh(row.date, VISIT_DAYS), "visit_too_old", f"{row.id} took place on {row.date}")

    def _offer(self, doctor: _Doctor, day: Date, time: Time) -> Slot:
        place = Slot(SlotId(self._mint("SLT")), *doctor, day, time)
        return self.slots.setdefault(place.id, place)

    def _enter(self, patient: Patient, place: Slot, purpose: str) -> Appointment:
        key, who, doctor = AppointmentId(self._mint("APT")), patient.patient_name, place.doctor_name
        rest = (place.date, place.time, purpose)
        self.appointments[key] = Appointment(key, patient.id, who, place.id, doctor, place.speciality, *rest)
        return self.appointments[key]

    def _refer(self, patient: Patient, speciality: Specialist, days: int) -> Referral:
        key, end = ReferralId(self._mint("REF")), add_days(self.today, days)
        return self.referrals.setdefault(key, Referral(key, patient.id, patient.patient_name, speciality, end))

    def _order(self, patient: Patient, test: Test, day: Date) -> LabTest:
        key = LabTestId(self._mint("LAB"))
        return self.lab_tests.setdefault(key, LabTest(key, patient.id, patient.patient_name, test, day))

    def _approve(self, patient: Patient, speciality: Specialist, end: Date, names: list[str]) -> Preapproval:
        key, who = PreapprovalId(self._mint("PRE")), (patient.id, patient.patient_name)
        self.preapprovals[key] = Preapproval(key, *who, PROCEDURES[speciality], speciality, end, names)
        return self.preapprovals[key]

    def _file(self, name: str, patient_name: PatientName) -> Document:
        key = FileId(self._mint("FIL"))
        return self.documents.setdefault(key, Document(key, name, patient_name))


def _insist(holds: bool, code: str, message: str) -> None:
    if not holds:
        raise ToolError(message, code=code, hint=_HINTS[code])


def _find(table: dict[Key, Row], key: Key, noun: str) -> Row:
    _insist(key in table, "not_found", f"there is no {noun} {key}")
    return table[key]


def _of(patient: Patient, table: Mapping[Key, Owned]) -> list[Owned]:
    return [one for one in table.values() if one.patient_name == patient.patient_name]


def _report(row: LabTest) -> str:
    return f"{row.patient_name}-{row.test.replace(' ', '-')}-{row.ordered}.pdf"


def _pick(rng: np.random.Generator, values: Sequence[Row]) -> Row:
    return values[int(rng.integers(len(values)))]


def _draw_calendars(world: Clinic, rng: np.random.Generator) -> list[_Doctor]:
    """Draw who works at the clinic and when they can be seen; doctors share days and times, so that these clash."""
    names = [f"Dr {name}" for name in rng.permutation(LAST_NAMES)]
    kinds = [_SPECIALISTS[int(at)] for at in rng.permutation(len(_SPECIALISTS))[:2]]
    doctors: list[_Doctor] = [(names.pop(), one) for one in (FAMILY, FAMILY, *kinds, *kinds)]
    times = sorted(_TIMES[int(at)] for at in rng.permutation(len(_TIMES))[:2])
    later = [(add_days(world.today, int(days)), time) for days in rng.permutation([1, 7, 8])[:2] for time in times]
    for doctor in doctors:
        world._offer(doctor, world.today, _pick(rng, times))
        for at in rng.permutation(len(later))[:2]:
            world._offer(doctor, *later[int(at)])
    return doctors


def _draw_visits(world: Clinic, patient: Patient, doctors: list[_Doctor], time: Time, rng: np.random.Generator) -> None:
    for weeks in rng.permutation(7)[: int(rng.integers(0, 3))]:
        place = world._offer(_pick(rng, doctors[:3]), add_days(world.today, -7 * (int(weeks) + 1)), time)
        world._enter(patient, place, "visit").status = "attended"


def _draw_papers(world: Clinic, patient: Patient, doctors: list[_Doctor], rng: np.random.Generator) -> None:
    """Draw what is there: referrals, prescriptions, old tests and approvals, and letters."""
    for one in _SPECIALISTS:
        if rng.random() < (0.8 if one in (doctor[1] for doctor in doctors) else 0.1):
            world._refer(patient, one, int(_pick(rng, (-20, -6, 2, 5, 5, 16, 22, 25))))
    for at in rng.permutation(len(_MEDICINES))[: int(rng.integers(1, 3))]:
        key, medicine, doctor = PrescriptionId(world._mint("RX")), _MEDICINES[int(at)], _pick(rng, doctors[:2])[0]
        lasts, valid = (add_days(world.today, int(rng.integers(*span))) for span in ((-9, 10), (-12, 40)))
        left, who = _pick(rng, (0, 0, 1, 2)), patient.patient_name
        world.prescriptions[key] = Prescription(key, patient.id, who, medicine, doctor, left, lasts, valid)
    for at in rng.permutation(len(_TESTS))[: int(rng.random() < 0.3)]:
        row = world._order(patient, _TESTS[int(at)], _weeks_ago(world, rng, 3))
        if rng.random() < 0.6:
            row.released = add_days(row.ordered, 1)
            world._file(_report(row), patient.patient_name)
    if rng.random() < 0.2:
        end = _weeks_ago(world, rng, 1)
        world._approve(patient, _pick(rng, _SPECIALISTS), end, []).consent = _pick(rng, ("missing", "signed"))
    if rng.random() < 0.5:
        world._file(f"{_pick(rng, _LETTERS)}-{patient.patient_name}.pdf", patient.patient_name)


def _weeks_ago(world: Clinic, rng: np.random.Generator, least: int) -> Date:
    """Draw a working day some weeks ago."""
    return add_days(world.today, -7 * int(rng.integers(least, 8)))


def _draw_bookings(world: Clinic, patient: Patient, rng: np.random.Generator) -> None:
    """Try some slots and book what the rules allow."""
    slots = list(world.slots)
    for at in rng.permutation(len(slots))[: int(rng.integers(8, 16))]:
        with suppress(ToolError):
            world.book_appointment(patient.id, slots[int(at)])
