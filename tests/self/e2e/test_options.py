# SPDX-License-Identifier: BSD-2-Clause
"""Every option does what --help says, and a wrong one is reported before anything boots."""

import os
import re
import subprocess

from harness import FAKE_QEMU, RUN, TOP, Scratch, fake, fake_qemu, run
from touchstone.options import GUEST_TEXT, Number, declared

OPTIONS = ("--vmm --cmd --only --skip --config --list --seed --race --rounds --repeat --level --strict --timeout --smp --expect --no-expect"
           " --junit --json --append --machine --devices --qemu --verbose").split()


def refused(*options: str, says: str) -> None:
    """Asserts that the options give exit code 2 and a message, and that nothing boots."""
    with Scratch() as scratch:
        run("--cmd", f"touch '{scratch / 'booted'}' {{image}}", *options).expect(2, "run.sh: ", says)
        assert not os.path.exists(scratch / "booted"), "something booted"


def test_help_names_every_option() -> None:
    run("--help").expect(0, *OPTIONS, "exit codes")


def test_unknown_option() -> None:
    refused("--frobnicate", says="--frobnicate")


def test_abbreviated_option() -> None:
    refused("--jun", "/dev/null", says="--jun")


def test_unwritable_report() -> None:
    refused("--junit", "/nonexistent/report.xml", says="cannot write /nonexistent/report.xml: No such file")
    refused("--json", "/", says="cannot write /: Is a directory")


def test_bad_values() -> None:
    refused("--seed", "one", says="--seed one: not a number")
    refused("--seed", "-1", says="--seed -1: not a number")
    refused("--seed", str(1 << 64), says="not a number from 0")
    refused("--repeat", "0", says="--repeat 0")
    refused("--smp", "0", says="--smp 0")
    refused("--timeout", "0", says="--timeout 0")
    refused("--timeout", "nan", says="--timeout nan")
    refused("--level", "shall", says="must")
    refused("--only", "a b", says="--only 'a b': not a pattern")
    refused("--skip", "", says="--skip '': not a pattern")
    refused("--only", ",".join(["ring.wrap"] * 200), says="--only: more than the 1023 characters")
    refused("--config", "modern", says="--config modern")
    refused("--expect", "x", "--no-expect", says="exclude each other")
    refused("--list", "--json", "/dev/null", says="--list")
    refused("--devices", "blk", says="--devices means nothing with --cmd")
    refused("--defect", "no-staging", says="--defect means nothing with --cmd")
    run("--defect", "no-staging").expect(2, "run.sh: ", "qemu-microvm has none to choose")
    refused("--append", "a\nb", says="--append")


def test_limits_are_the_guests() -> None:
    """The guest knows every word that the runner may pass, with the same limits for numbers."""
    with open(os.path.join(TOP, "tests/framework/options.c"), encoding="utf-8") as file:
        guest = dict(re.findall(r'\{ "([a-z-]+)", (.*?) \},', file.read()))
    with open(os.path.join(TOP, "tests/framework/options.h"), encoding="utf-8") as file:
        assert f"OPTION_TEXT = {GUEST_TEXT + 1} " in file.read()
    checked = 0
    for name, option in declared().items():
        if option.word:
            says = guest[option.word.partition("=")[0]]
            assert says.startswith("NUMBER") == isinstance(option.kind, Number), name
            if isinstance(option.kind, Number):
                most = "UINT64_MAX" if option.kind.most == (1 << 64) - 1 else option.kind.most
                assert f", {option.kind.least}, {most}, " in says + ", ", says
            checked += 1
    assert checked > 5


def test_bad_races() -> None:
    refused("--race", "torn", "--only", "msi.*", says="--race is --only for races")
    refused("--rounds", "1000001", says="--rounds 1000001: not a number from 1 to 1000000")
    refused("--rounds", "-1", says="--rounds -1: not a number")


def test_unreadable_expectations() -> None:
    refused("--expect", "/nonexistent", says="cannot read /nonexistent: No such file")


def test_bad_command() -> None:
    run("--cmd", "my-vmm --kernel").expect(2, "{image}")
    run("--cmd", "my-vmm 'x {image}").expect(2, "--cmd")
    run("--cmd", "/nonexistent/vmm {image}").expect(2, "cannot be started", "/nonexistent/vmm")


def test_bad_vmm() -> None:
    run("--vmm", "vmware").expect(2, "--vmm vmware: not one of", "qemu-microvm", "--cmd")
    run("--qemu", "/nonexistent/qemu").expect(2, "cannot be started", "/nonexistent/qemu")
    run("--qemu", FAKE_QEMU, "--devices", "blk,floppy").expect(2, "'floppy' is not one of blk net rng con")
    run("--qemu", FAKE_QEMU, "--config", "modern,ancient").expect(2, "--config ancient: qemu-microvm has modern legacy reference")
    run("--qemu", FAKE_QEMU, "--only", "ancient/*").expect(2, "no configuration of qemu-microvm")


def test_missing_image() -> None:
    run("--cmd", "true {image}", image="/nonexistent.elf").expect(2, "cannot read the image /nonexistent.elf")


def test_cmd_gives_each_placeholder_as_one_argument() -> None:
    with Scratch() as scratch:
        image = scratch.file("the image")
        script = f"for word; do printf '[%s]' \"$word\"; done >'{scratch / 'words'}'"
        with open(scratch / "script", "w", encoding="ascii") as file:
            file.write(script)
        run("--cmd", f"sh '{scratch / 'script'}' -k={{image}} {{cmdline}} --cpus {{smp}} '{{other}} x'", "--smp", "3",
            "--append", "a {image} b", image=image).expect(3)
        words = scratch.read("words")
        assert words == f"[-k={image}][touchstone.brief a {{image}} b][--cpus][3][{{other}} x]", words


def test_only_narrows() -> None:
    fake("healthy", "--only", "blk0.ring.wrap").expect(0, "PASSED: 1 checks")
    fake("healthy", "--only", "ring.*").expect(0, "PASSED: 2 checks")
    fake("healthy", "--only", "ring.*,blk0.mmio.magic", "--only", "queue.*").expect(0, "PASSED: 4 checks")


def test_skip_leaves_out() -> None:
    fake("healthy", "--skip", "net0.*,blk0.queue.max", "--skip", "used.quie?").expect(0, "PASSED: 2 checks")


def test_only_that_fits_nothing() -> None:
    fake("healthy", "--only", "no.such").expect(77, "NOTHING TESTED")


def test_only_and_skip_in_one_configuration() -> None:
    done = fake_qemu("healthy", "healthy", "--only", "legacy/ring.*,modern/blk0.ring.*", "--skip", "legacy/net0.*")
    done.expect(0, "modern/blk0", "legacy/blk0", "PASSED: 2 checks").lacks("\nmodern/net0", "\nlegacy/net0")
    fake_qemu("healthy", "healthy", "--only", "legacy/ring.*").expect(0, "PASSED: 2 checks").lacks("== modern")


def test_config_boots_only_that() -> None:
    fake_qemu("gone", "healthy", "--config", "legacy").expect(0, "== legacy", "PASSED: 6 checks").lacks("== modern")


def test_list_runs_nothing() -> None:
    done = fake("blk0.ring.wrap=fail", "--list", "--skip", "net0.*").expect(0, "blk0.ring.wrap", "must", "the ring goes round")
    assert len(done.out.splitlines()) == 4, done.out
    fake("no-device", "--list").expect(77)
    fake("bad-crc", "--list").expect(3, "crc32")
    fake_qemu("healthy", "healthy", "--list").expect(0, "modern/net0.ring.wrap", "legacy/net0.ring.wrap")


def test_words_reach_the_guest() -> None:
    done = fake("healthy", "--seed", "0x2A", "--repeat", "3", "--append", "one two", "-v")
    done.expect(0, "touchstone.seed=0x2a touchstone.repeat=3 one two kernel=")
    fake("healthy", "-v").lacks("touchstone.seed", "touchstone.repeat")


def test_what_takes_long_is_asked_for() -> None:
    fake("healthy", "-v").expect(0, "touchstone.brief")
    fake("healthy", "-v", "--thorough").lacks("touchstone.brief")


def test_guest_that_uses_another_seed() -> None:
    fake("deaf", "--seed", "5").expect(3, "the guest used seed 0x1, not 5", "command line")


def test_level() -> None:
    fake("blk0.queue.max=fail").expect(1)
    fake("blk0.queue.max=fail", "--level", "must").expect(0, "FAIL blk0.queue.max")
    fake("blk0.ring.wrap=fail", "--level", "must").expect(1)
    fake("blk0.used.quiet=warn").expect(0, "WARN blk0.used.quiet")
    fake("blk0.used.quiet=warn", "--level", "should").expect(1)


def test_strict() -> None:
    fake("blk0.used.quiet=warn", "--strict").expect(1, "FAILED")


def test_timeout() -> None:
    fake("blk0.ring.wrap=round").expect(0)
    fake("blk0.ring.wrap=hang", "--timeout", "1.5").expect(4, "no progress for 1.5 s")


def test_verbose_relays_every_line() -> None:
    done = fake("healthy", "--verbose").expect(0, "KTAP version 1\n", "\nok 3 blk0.ring.wrap\n", "# info: 3 used", "# end run=6")
    fake("healthy").lacks("ok 3", "# info")
    assert done.err == "", done.err


def test_qemu_gets_machine_devices_and_cpus() -> None:
    with Scratch() as scratch:
        env = {"FAKE_ARGV": scratch / "argv", "TMPDIR": scratch.path}
        fake_qemu("healthy", "healthy", "--machine", "acpi=off,pit=off", "--devices", "rng,blk,blk", "--smp", "2", env=env).expect(0)
        argv = scratch.read("argv-legacy").split("\n")
        assert argv[argv.index("-M") + 1].endswith(",acpi=off,pit=off"), argv
        assert argv[argv.index("-smp") + 1] == "2", argv
        devices = [argv[number + 1] for number, word in enumerate(argv) if word == "-device"]
        assert [device.partition(",num-queues")[0] for device in devices if "virtio" in device] == [
            "virtio-rng-device", "virtio-blk-device,drive=blk1", "virtio-blk-device,drive=blk2"], devices
        assert any("touchstone,, e2e " in word for word in argv), "a comma in a path is not doubled"
        fake_qemu("healthy", "healthy", "--devices", "none", env=env).expect(0)
        assert "virtio-" not in scratch.read("argv-modern").replace("virtio-mmio.force-legacy", "")


def test_any_directory_and_spaces_and_twice() -> None:
    with Scratch() as scratch:
        os.symlink(TOP, scratch / "a check out")
        for _ in range(2):
            environment = dict(os.environ, TOUCHSTONE_IMAGE=FAKE_QEMU)
            done = subprocess.run([os.path.join("a check out", "run.sh"), "--qemu", FAKE_QEMU], cwd=scratch.path, env=environment,
                                  stdout=subprocess.PIPE, text=True, check=False)
            assert done.returncode == 0 and "PASSED: 18 checks" in done.stdout, done.stdout


def test_again_runs_the_check_again() -> None:
    done = fake_qemu("healthy", "net0.ring.wrap=fail", "--smp", "2", "--append", "a 'b").expect(1)
    command = done.out.partition("again: ")[2].partition("\n")[0]
    assert "--only legacy/net0.ring.wrap --seed 0x2a" in command, command
    environment = dict(os.environ, TOUCHSTONE_IMAGE=FAKE_QEMU, FAKE_LEGACY="net0.ring.wrap=fail")
    again = subprocess.run(["sh", "-c", command], cwd=os.path.dirname(RUN), env=environment, stdout=subprocess.PIPE, text=True, check=False)
    assert again.returncode == 1 and "FAILED: 1 checks" in again.stdout, again.stdout
