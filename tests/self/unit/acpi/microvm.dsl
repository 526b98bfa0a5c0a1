// SPDX-License-Identifier: BSD-2-Clause
// As QEMU's microvm writes it: level, on the second I/O APIC, and hardware-reduced power-off.
DefinitionBlock ("", "DSDT", 2, "BOCHS ", "BXPC    ", 1)
{
	Scope (_SB)
	{
		Device (FWCF)
		{
			Name (_HID, "QEMU0002")
			Name (_STA, 0x0B)
			Name (_CRS, ResourceTemplate ()
			{
				IO (Decode16, 0x0510, 0x0510, 0x01, 0x0C)
			})
		}
		Device (COM1)
		{
			Name (_HID, EisaId ("PNP0501"))
			Name (_STA, 0x0F)
			Name (_CRS, ResourceTemplate ()
			{
				IO (Decode16, 0x03F8, 0x03F8, 0x00, 0x08)
				IRQNoFlags () { 4 }
			})
		}
		Device (\_SB.GED)
		{
			Name (_HID, "ACPI0013")
			Name (_CRS, ResourceTemplate ()
			{
				Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 9 }
			})
			OperationRegion (EREG, SystemMemory, 0xFEA00000, 0x04)
			Field (EREG, DWordAcc, NoLock, WriteAsZeros) { ESEL, 32 }
			Method (_EVT, 1, Serialized)
			{
				Local0 = ESEL
				If ((Local0 & 0x02) == 0x02) { Notify (PWRB, 0x80) }
			}
		}
		Device (PWRB)
		{
			Name (_HID, EisaId ("PNP0C0C"))
			Name (_UID, Zero)
		}
		Device (VR23)
		{
			Name (_HID, "LNRO0005")
			Name (_UID, 0x17)
			Name (_CCA, One)
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0xFEB02E00, 0x00000200)
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 0x2F }
			})
		}
		Device (VR22)
		{
			Name (_HID, "LNRO0005")
			Name (_UID, 0x16)
			Name (_CCA, One)
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0xFEB02C00, 0x00000200)
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 0x2E }
			})
		}
	}
	Scope (\)
	{
		Name (_S5, Package (4) { 0x05, Zero, Zero, Zero })
	}
}
