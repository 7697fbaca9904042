"""Lists of pupils with provisions, of a plan or of all that is possible."""

from dataclasses import dataclass

from placement_opt.verify.question import Question, Real, Whole


@dataclass(frozen=True, eq=False, repr=False)
class Lines:
    """One pupil at one provision, line by line.

    Parameters
    ----------
    question
        What was asked.
    pupil, provision
        Positions in the question's tables, of one length.
    """

    question: Question
    pupil: Whole
    provision: Whole

    @property
    def minutes(self) -> Real:
        """For each line, the journey of the travel matrix."""
        return self.question.minutes_at(self.pupil, self.question.school[self.provision])

    @property
    def miles(self) -> Real:
        """For each line, the journey of the travel matrix."""
        return self.question.miles_at(self.pupil, self.question.school[self.provision])

    def walk(self, miles: Real) -> Real:
        """Return for each line, whose miles are given, those that the walking distance is held against."""
        return self.question.walk_at(self.pupil, self.question.school[self.provision], miles)
