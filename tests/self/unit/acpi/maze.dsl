// SPDX-License-Identifier: BSD-2-Clause
// Devices between everything else that a table can have at the places where definitions stand.
DefinitionBlock ("", "DSDT", 2, "TESTER", "TOUCHSTN", 1)
{
	External (\_SB.OTHR, DeviceObj)
	Name (INTS, Package () { 0x01, 0x1234, 0x12345678, 0x123456789abcdef0, Ones, "text", Buffer (3) { 1, 2 } })
	Name (TEXT, "LNRO0006")
	Name (BYTS, Buffer (0x100) { })
	Mutex (MUTX, 0)
	Event (EVNT)
	Alias (INTS, INTA)
	OperationRegion (PORT, SystemIO, 0x80, 1)
	Field (PORT, ByteAcc, NoLock, Preserve) { POST, 8 }
	IndexField (POST, POST, ByteAcc, NoLock, Preserve) { FOOX, 8 }
	BankField (PORT, POST, 0, ByteAcc, NoLock, Preserve) { BANK, 8 }
	CreateByteField (BYTS, 0, FLD0)
	CreateWordField (BYTS, 0, FLD1)
	CreateDWordField (BYTS, 0, FLD2)
	CreateQWordField (BYTS, 0, FLD3)
	CreateBitField (BYTS, 0, FLD4)
	CreateField (BYTS, 0, 3, FLD5)
	DataTableRegion (DTRG, "FACP", "", "")
	PowerResource (PWRS, 0, 0)
	{
		Method (_STA, 0) { Return (1) }
		Method (_ON, 0) { }
		Method (_OFF, 0) { }
	}
	ThermalZone (THRM)
	{
		Method (_TMP, 0) { Return (3000) }
	}
	Method (MAKE, 2, Serialized)
	{
		While (Arg0) { Arg0-- }
		If (Arg1) { Return (Package () { "x" }) } Else { Return (Buffer () { 0x5b, 0x82, 0x01 }) }
	}
	Scope (\_SB)
	{
		Processor (CPU0, 0, 0, 0) { Name (_UID, 0) }
		Device (OTHR) { Name (_HID, "LNRO0006") }
		Device (M000)
		{
			Name (_CRS, ResourceTemplate () // before _HID
			{
				Memory32Fixed (ReadWrite, 0x10000000, 0x200)
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 32 }
			})
			Method (_DSM, 4) { Return (Buffer () { 0 }) }
			Name (_HID, "LNRO0005")
			Name (_DSD, Package () {
				ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"), Package () { "x", 1 }
			})
		}
		Device (M001) // both by methods that do nothing but return
		{
			Method (_HID, 0) { Return ("LNRO0005") }
			Method (_CRS, 0)
			{
				Return (ResourceTemplate ()
				{
					Memory32Fixed (ReadWrite, 0x10001000, 0x200)
					Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 33 }
				})
			}
			Method (_STA, 0) { Return (0x0f) }
		}
		Device (DEEP) { Device (DEEP) { Device (DEEP) { Device (DEEP) { Device (DEEP) { Device (M002)
		{
			Name (_HID, "LNRO0005")
			Name (_CRS, ResourceTemplate ()
			{
				Memory32Fixed (ReadWrite, 0x10002000, 0x200)
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 34 }
			})
		} } } } } }
	}
	Name (_S5, Package () { 7, 7 })
}
