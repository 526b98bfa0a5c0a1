// SPDX-License-Identifier: BSD-2-Clause
// As Firecracker writes it: one device a window, edge, beside the GED and the processors.
DefinitionBlock ("", "DSDT", 2, "FIRECK", "FCMVDSDT", 1)
{
	Scope (_SB)
	{
		Device (CPUS)
		{
			Name (_HID, "ACPI0010")
			Name (_CID, EisaId ("PNP0A05"))
			Method (CSCN, 0, NotSerialized) { Return (Zero) }
			Device (C000)
			{
				Name (_HID, "ACPI0007")
				Name (_UID, 0)
				Method (_STA, 0, NotSerialized) { Return (0x0f) }
			}
		}
		Device (GED_)
		{
			Name (_HID, "ACPI0013")
			Name (_CRS, ResourceTemplate ()
			{
				Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 5 }
			})
			OperationRegion (OPR0, SystemMemory, 0xFC00, 1)
			Field (OPR0, ByteAcc, NoLock, Preserve) { ESEL, 8 }
			Method (_EVT, 1, Serialized)
			{
				Local0 = ESEL
				If (Local0 & 1) { Notify (\_SB.CPUS.C000, 1) }
			}
		}
		Device (V000)
		{
			Name (_HID, "LNRO0005")
			Name (_UID, 0)
			Name (_CCA, One)
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0xc0001000, 0x1000)
				Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 5 }
			})
		}
		Device (V001)
		{
			Name (_HID, "LNRO0005")
			Name (_UID, 1)
			Name (_CCA, One)
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0xc0002000, 0x1000)
				Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 6 }
			})
		}
	}
}
