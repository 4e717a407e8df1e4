/* SPDX-License-Identifier: BSD-2-Clause */
/* unknown: an instruction that v86, the emulator of the page, does not know, and so ends by: enter
 * with 16-bit operands and a nested frame. A processor makes the frame, or ends the program by a
 * signal. */
int
main(void)
{
	__asm__ volatile("data16 enter $16, $3");
	return 0;
}
