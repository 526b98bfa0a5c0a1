/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ACPI table that announces two windows of virtio-mmio-msi to Linux on QEMU's q35 (docs/mmio-msi.md):
 *
 * iasl host/qemu/linux.asl; qemu-system-x86_64 -M q35 -acpitable file=host/qemu/linux.aml ...
 *
 * The windows are at addresses where q35 has nothing, and no device of the machine drives the two interrupts.
 */
DefinitionBlock ("", "SSDT", 2, "TOUCH", "MMIOMSI", 1)
{
    Scope (\_SB)
    {
        Device (VR00)
        {
            Name (_HID, "LNRO0005")
            Name (_UID, Zero)
            Name (_CRS, ResourceTemplate ()
            {
                Memory32Fixed (ReadWrite, 0xFEC10000, 0x2000)
                Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 10 }
            })
        }

        Device (VR01)
        {
            Name (_HID, "LNRO0005")
            Name (_UID, One)
            Name (_CRS, ResourceTemplate ()
            {
                Memory32Fixed (ReadWrite, 0xFEC12000, 0x2000)
                Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 11 }
            })
        }
    }
}
