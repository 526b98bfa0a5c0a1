// SPDX-License-Identifier: BSD-2-Clause
// Statements between definitions, whose length cannot be known without executing them, and a device behind each.
DefinitionBlock ("", "DSDT", 2, "TESTER", "TOUCHSTN", 1)
{
	Name (SIZE, 4)
	SIZE = SIZE + 1
	Device (\_SB.E000)
	{
		Name (_HID, "LNRO0005")
		Name (_CRS, ResourceTemplate ()
		{
			Memory32Fixed (ReadWrite, 0x10000000, 0x200)
			Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 32 }
		})
	}
	OperationRegion (REGN, SystemMemory, SIZE << 12, 0x100)
	Scope (\_SB)
	{
		Device (E001)
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0x10001000, 0x200)
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 33 }
			})
		}
	}
}
