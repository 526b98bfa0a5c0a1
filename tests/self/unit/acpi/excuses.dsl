// SPDX-License-Identifier: BSD-2-Clause
// Devices that cannot be used, each for a reason of its own.
DefinitionBlock ("", "DSDT", 2, "TESTER", "TOUCHSTN", 1)
{
	Name (TMPL, ResourceTemplate ()
	{
		Memory32Fixed (ReadWrite, 0x10000000, 0x200)
		Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 32 }
	})
	Scope (\_SB)
	{
		Device (X000)
		{
			Name (_HID, "LNRO0005")
			Name (_STA, 0x0e) // all bits but the one that counts
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0x10000000, 0x200)
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 32 }
			})
		}
		Device (X001) { Name (_HID, "LNRO0005") }
		Device (X002)
		{
			Name (_HID, "LNRO0005")
			Method (_CRS, 0, Serialized) { Local0 = TMPL Return (Local0) }
		}
		Device (X003)
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate () { Memory32Fixed (ReadWrite, 0x10003000, 0x200) })
		}
		Device (X004)
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 32 }
			})
		}
		Device (X005)
		{
			Method (_HID, 0) { If (One) { Return ("LNRO0005") } Return ("LNRO0006") }
		}
	}
	If (CondRefOf (\_SB.X000))
	{
		Device (\_SB.X006) { Name (_HID, "LNRO0005") }
	}
}
