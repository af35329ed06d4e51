"""How long it takes from the start of the process to the first event that is answered."""
import os
import statistics

import participants
from growth.watch import first_answers

# As in the image.
SETTINGS = {"DOTNET_EnableDiagnostics": "0"}
FORMS = {"compiled": ["-p:PublishReadyToRun=true"], "plain": ["-p:PublishReadyToRun=false"]}


class Host(participants.Receiver):
    """The program that is in the image, with all that it adds to the library."""

    project, assembly = "../src/WebhookReceiver.Host", "WebhookReceiver.Host"


class Bare(participants.BareKestrel):
    def command(self):
        command, environment = super().command()
        return command, environment | SETTINGS


def measure(scale):
    options = scale.options
    members = {}
    for form, arguments in FORMS.items():
        for kind, title in ((Bare, "bare Kestrel"), (participants.Receiver, "this receiver"), (Host, "the host")):
            member = scale.add(kind(scale.shared, f"{kind.__name__}-{form}".lower(), title))
            member.published = os.path.join(participants.HERE, member.project, "bin/published", form)
            if kind is not Bare:
                member.settings |= SETTINGS
            publish(member, arguments)
            members[member] = (form, kind)

    for member in members:
        first_answers(member, scale.event)  # makes the inbox, and brings the files into the page cache
        member.stop()
    scale.row("round", "participant", "first 200 ms")
    times = {member: [] for member in members}
    for round_number in range(1, options.starts * 2 + 1):
        for member in members:
            times[member].append(first_answers(member, scale.event, asks_ready=False)[0] * 1000)  # probes are work of their own
            scale.row(round_number, member.name, times[member][-1])
            member.stop()

    scale.title = "Start"
    scale.table("", "code", "first 200 ms", "lowest", "highest", "of bare Kestrel")
    for member, (form, _) in members.items():
        bare = next(times[other] for other, of in members.items() if of == (form, Bare))
        mine = times[member]
        scale.line(member.title, "compiled ahead (ReadyToRun)" if form == "compiled" else "compiled at run time", f"{statistics.median(mine):.0f}",
                   f"{min(mine):.0f}", f"{max(mine):.0f}", f"{statistics.median(mine) / statistics.median(bare):.2f} ×")
    scale.write(f"From the start of the process to the first event that was verified and answered 200 (here: on disk); medians of {options.starts * 2} starts in "
                "turns, on an inbox that is there already. Target: 1.5 × bare Kestrel.")


def publish(member, arguments):
    participants.run("dotnet", "publish", os.path.join(participants.HERE, member.project), "-c", "Release", "--use-current-runtime", "--self-contained", "false",
                     "-p:UseAppHost=false", *arguments, "-o", member.published, "-v", "quiet", "--nologo", timeout=600)
