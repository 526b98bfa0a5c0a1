// SPDX-License-Identifier: BSD-2-Clause
// One device for each way to describe memory and an interrupt.
DefinitionBlock ("", "SSDT", 2, "TESTER", "TOUCHSTN", 1)
{
	Scope (\_SB)
	{
		Device (D000)
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				DWordMemory (ResourceConsumer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,
					0, 0x10000000, 0x100001ff, 0, 0x200)
				Interrupt (ResourceConsumer, Edge, ActiveLow, Shared) { 32 }
			})
		}
		Device (D001) // addresses of this bus are 0x20000000 less than the processor's
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				QWordMemory (ResourceConsumer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,
					0, 0x1000000, 0x10001ff, 0x20000000, 0x200)
				Interrupt (ResourceConsumer, Level, ActiveLow, Exclusive, , , INT0) { 33 }
			})
		}
		Device (D002)
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				ExtendedMemory (ResourceConsumer, PosDecode, MinFixed, MaxFixed, NonCacheable,
					ReadWrite, 0, 0x30000000, 0x300001ff, 0, 0x200)
				IRQ (Level, ActiveLow, Exclusive) { 5 }
			})
		}
		Device (D003)
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				IRQNoFlags () { 6 }
				Memory32 (ReadWrite, 0x40000000, 0x400001ff, 0, 0x200)
			})
		}
		Device (D004)
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				Memory24 (ReadWrite, 0xd000, 0xd001, 1, 0x2)
				IRQ (Edge, ActiveHigh, Exclusive) { 7 }
			})
		}
		Device (D005) // two of each, and what a virtio device has no use for
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				IO (Decode16, 0x510, 0x510, 1, 12)
				DMA (Compatibility, NotBusMaster, Transfer8) { 2 }
				QWordIO (ResourceConsumer, MinFixed, MaxFixed, PosDecode, EntireRange,
					0, 0x100, 0x1ff, 0, 0x100)
				VendorLong () { 1, 2, 3 }
				Memory32Fixed (ReadWrite, 0x50000000, 0x200)
				Memory32Fixed (ReadWrite, 0x50001000, 0x200)
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 40, 41, 42 }
			})
		}
	}
}
