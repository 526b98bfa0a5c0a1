// SPDX-License-Identifier: BSD-2-Clause
// As OpenVMM writes it: 64-bit ranges, and all devices on one level-triggered interrupt.
DefinitionBlock ("", "DSDT", 2, "MSFTVM", "DSDT01", 1)
{
	Name (\_S5, Package (2) { Zero, Zero })
	Scope (\_SB)
	{
		Device (\_SB.PCI0)
		{
			Name (_HID, EisaId ("PNP0A08"))
			Name (_CRS, ResourceTemplate ()
			{
				WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 0xff, 0, 0x100)
				QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
					0, 0xe8000000, 0xefffffff, 0, 0x8000000)
			})
			Device (VIO0)
			{
				Name (_HID, "LNRO0005")
				Name (_UID, 0)
				Name (_CRS, ResourceTemplate ()
				{
					QWordMemory (ResourceConsumer, PosDecode, MinFixed, MaxFixed, NonCacheable,
						ReadWrite, 0, 0x1fff000000, 0x1fff000fff, 0, 0x1000)
					Interrupt (ResourceConsumer, Level, ActiveHigh, Shared) { 17 }
				})
			}
		}
		Device (\_SB.VIO1)
		{
			Name (_HID, "LNRO0005")
			Name (_UID, 1)
			Name (_CRS, ResourceTemplate ()
			{
				QWordMemory (ResourceConsumer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,
					0, 0xfe801000, 0xfe801fff, 0, 0x1000)
				Interrupt (ResourceConsumer, Level, ActiveHigh, Shared) { 17 }
			})
		}
	}
}
