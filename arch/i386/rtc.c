/* SPDX-License-Identifier: BSD-2-Clause */
/* The battery-backed clock, an MC146818: the date and time at the start. */
#include "i386.h"
#include "base/string.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71
#define REG_STATUS_A 0x0a
#define REG_STATUS_B 0x0b
#define A_UPDATING 0x80
#define B_24_HOURS 0x02
#define B_BINARY 0x04
#define HOUR_PM 0x80

enum { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, FIELDS };

/* Returns the register of the clock chip with that number. */
static uint8_t
cmos_read(uint8_t reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

/* Reads all fields, as the chip has them, outside an update. */
static void
rtc_read(uint8_t v[FIELDS])
{
	static const uint8_t regs[FIELDS] = {0x00, 0x02, 0x04, 0x07, 0x08, 0x09};
	unsigned i;

	while (cmos_read(REG_STATUS_A) & A_UPDATING)
		;
	for (i = 0; i < FIELDS; i++)
		v[i] = cmos_read(regs[i]);
}

/* Returns the days from 1970-01-01 to a date between 2000 and 2099. */
static int32_t
days_since_1970(int32_t year, int32_t month, int32_t day)
{
	static const uint16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int32_t leap = (year - 1969) / 4;

	if (year % 4 == 0 && month > 2)
		leap++;
	return (year - 1970) * 365 + leap + before[(month - 1) % 12] + day - 1;
}

int64_t
machine_rtc(void)
{
	uint8_t v[FIELDS], again[FIELDS], status = cmos_read(REG_STATUS_B);
	bool pm;
	unsigned i;

	/* The clock may advance between two fields: read it until two readings agree. */
	do {
		rtc_read(v);
		rtc_read(again);
	} while (memcmp(v, again, sizeof(v)) != 0);

	pm = !(status & B_24_HOURS) && (v[HOUR] & HOUR_PM);
	if (pm)
		v[HOUR] &= (uint8_t)~HOUR_PM;
	if (!(status & B_BINARY))
		for (i = 0; i < FIELDS; i++)
			v[i] = (uint8_t)((v[i] >> 4) * 10 + (v[i] & 0x0f));
	if (!(status & B_24_HOURS))
		v[HOUR] = (uint8_t)(v[HOUR] % 12 + (pm ? 12 : 0));
	return (int64_t)days_since_1970(2000 + v[YEAR], v[MONTH], v[DAY]) * 86400 + v[HOUR] * 3600 +
	       v[MINUTE] * 60 + v[SECOND];
}
