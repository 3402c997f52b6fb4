// SPDX-License-Identifier: MIT
/* test_nic_trace.c - the register accesses of a real driver, played into the card.
 *
 * The text below is what Linux 6.1's igb did on QEMU 10.0.2's igb with two CPUs: probe, open, two
 * seconds of watchdog and more, three datagrams, close. Each reply of the card must be the one of
 * then, except what frames (statistics), the clock (SYSTIM) and QEMU's own ways make different.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nicmodel/nic.h"

/* W and R: offset=value. M: a message for a vector. L and U: taking and giving back the semaphore
 * for PHY and NVM, eight accesses each. n*k+s: the next k entries n times, the first one's offset
 * moving by s each time.
 */
static const char trace[] =
	"R18=0 R5b54=0 R10=1110 R18=0 W18=0 R8=80080481 L W20=8220000 R20=182202a8 U L "
	"W20=8230000 R20=18230391 U R1530=0 W1530=0 W1528=0 R152c=0 W152c=0 We0=0 Wd8=ffffffff "
	"R8=80080481 R8=80080481 R5820=0 R5820=0 R0=100209 W0=10020d R8=80000481 R5b00=6850200 "
	"W5b00=6840200 Wd8=ffffffff W100=0 W400=8 R8=80000481 R0=10020d W0=410020d 11*1 "
	"R10=1110 Wd8=ffffffff Rc0=0 W14=dd R14=ffff00de R14=ffff00de W14=1 R14=54520002 "
	"R14=54520002 W14=5 R14=6 R14=6 W14=9 R14=100000a R14=100000a W14=d R14=d34000e "
	"R14=d34000e W14=11 R14=ffff0012 R14=ffff0012 W14=15 R14=20100016 R14=20100016 W14=19 "
	"R14=ffff001a R14=ffff001a W14=1d R14=ffff001e R14=ffff001e W14=21 R14=10400022 "
	"R14=10400022 W14=25 R14=ffff0026 R14=ffff0026 W14=29 R14=2b002a R14=2b002a W14=2d "
	"R14=10c9002e R14=10c9002e W14=31 R14=80860032 R14=80860032 W14=35 R14=10c90036 "
	"R14=10c90036 W14=39 R14=3a R14=3a W14=3d R14=70c3003e R14=70c3003e W14=41 R14=40042 "
	"R14=40042 W14=45 R14=10c90046 R14=10c90046 W14=49 R14=5c00004a R14=5c00004a W14=4d "
	"R14=4e R14=4e W14=51 R14=28800052 R14=28800052 W14=55 R14=140056 R14=140056 W14=59 "
	"R14=4a40005a R14=4a40005a W14=5d R14=60005e R14=60005e W14=61 R14=6cfb0062 "
	"R14=6cfb0062 W14=65 R14=c7b00066 R14=c7b00066 W14=69 R14=abe006a R14=abe006a W14=6d "
	"R14=403006e R14=403006e W14=71 R14=7830072 R14=7830072 W14=75 R14=10a60076 "
	"R14=10a60076 W14=79 R14=1007a R14=1007a W14=7d R14=602007e R14=602007e W14=81 "
	"R14=40082 R14=40082 W14=85 R14=200086 R14=200086 W14=89 R14=8a R14=8a W14=8d "
	"R14=4a008e R14=4a008e W14=91 R14=20800092 R14=20800092 W14=95 R14=f50096 R14=f50096 "
	"W14=99 R14=10ca009a R14=10ca009a W14=9d R14=9e R14=9e W14=a1 R14=a2 R14=a2 W14=a5 "
	"R14=a6 R14=a6 W14=a9 R14=478400aa R14=478400aa W14=ad R14=460200ae R14=460200ae "
	"W14=b1 R14=b2 R14=b2 W14=b5 R14=b6 R14=b6 W14=b9 R14=100000ba R14=100000ba W14=bd "
	"R14=ffff00be R14=ffff00be W14=c1 R14=10000c2 R14=10000c2 W14=c5 R14=400000c6 "
	"R14=400000c6 W14=c9 R14=131f00ca R14=131f00ca W14=cd R14=401300ce R14=401300ce W14=d1 "
	"R14=10000d2 R14=10000d2 W14=d5 R14=400000d6 R14=400000d6 W14=d9 R14=ffff00da "
	"R14=ffff00da W14=dd R14=ffff00de R14=ffff00de W14=e1 R14=ffff00e2 R14=ffff00e2 W14=e5 "
	"R14=ffff00e6 R14=ffff00e6 W14=e9 R14=ffff00ea R14=ffff00ea W14=ed R14=ffff00ee "
	"R14=ffff00ee W14=f1 R14=ffff00f2 R14=ffff00f2 W14=f5 R14=e000f6 R14=e000f6 W14=f9 "
	"R14=ffff00fa R14=ffff00fa W14=fd R14=2d0d00fe R14=2d0d00fe W14=dd R14=ffff00de "
	"R14=ffff00de R5404=80000100 R5400=5452 W5400=5452 R8=80080481 W5404=80040100 "
	"R8=80080481 W14=10d R14=10e R14=10e W14=15 R14=20100016 R14=20100016 R2404=40 "
	"R0=100209 W0=10020d R8=80000481 R5b00=6850200 W5b00=6840200 Wd8=ffffffff W100=0 "
	"W400=8 R8=80000481 R0=10020d W0=410020d 11*1 R10=1110 Wd8=ffffffff Rc0=0 W14=dd "
	"R14=ffff00de R14=ffff00de W5800=0 W14=11 R14=ffff0012 R14=ffff0012 Re00=7068302 "
	"128*2-4 W57fc=0 R8=80080481 W5400=5452 R8=80080481 W5404=80000100 R8=80080481 30*2+4 "
	"W5408=0 R8=80080481 16*2+4 W54e0=0 R8=80080481 128*1+4 W5200=0 128*1+4 Wa000=0 "
	"R5820=0 W14=3d R14=70c3003e R14=70c3003e R0=100209 W0=100249 R5820=0 L R0=100249 "
	"W0=80100249 R8=80080481 W0=100249 R8=80080481 U 100*1 R1010=80000000 R10=1110 L "
	"W20=43f0019 R20=143f0019 W20=8390000 R20=1839008d U L W20=43f0019 R20=143f0019 "
	"W20=439008d R20=1439008d U L W20=43f0012 R20=143f0012 W20=8320000 R20=18320000 U L "
	"W20=43f0012 R20=143f0012 W20=4321000 R20=14321000 U L W20=8290000 R20=18290f00 U L "
	"W20=4290f00 R20=14290f00 U L W20=8240000 R20=18240de1 U L W20=8290000 R20=18290f00 U "
	"L W20=4240de1 R20=14240de1 U L W20=4290e00 R20=14290e00 U L W20=8200000 R20=18201140 "
	"U L W20=4201340 R20=14201340 20*4 U L W20=8210000 R20=18217949 U W30=8808 W2c=100 "
	"W28=c28001 W170=ffff W2160=8000d3f0 W2168=d400 R4000=0 R4008=0 R4010=0 R4014=0 "
	"R4018=0 R401c=0 R4020=0 R4028=0 R4030=0 R4040=0 R4048=0 R404c=0 R4050=0 R4054=0 "
	"R4058=0 R4074=0 R4078=0 R407c=0 R4080=0 R4088=0 R408c=0 R4090=0 R4094=0 R40a0=0 "
	"R40a4=0 R40a8=0 R40ac=0 R40b0=0 R40c0=0 R40c4=0 R40c8=0 R40cc=0 R40d0=0 R40d4=0 "
	"R40f0=0 R40f4=0 R405c=0 R4060=0 R4064=0 R4068=0 R406c=0 R4070=0 R40d8=0 R40dc=0 "
	"R40e0=0 R40e4=0 R40e8=0 R40ec=0 R4004=0 R400c=0 R4034=0 R40f8=0 R40b4=0 R40b8=0 "
	"R40bc=0 R4100=0 R4124=0 R4124=0 32*2+4 W5400=0 R8=80080481 16*2+4 W54e0=0 R8=80080481 "
	"W5400=5452 R8=80080481 W5404=80040100 R8=80080481 R5820=0 R5820=0 L W20=8200000 "
	"R20=18201140 U L W20=4201940 R20=14201940 U W38=8100 2*4 L W20=8210000 R20=18217949 U "
	"R18=0 W18=10000000 Rb614=0 Wb614=0 Rb620=0 Wb620=0 W5f50=0 W5cbc=0 R8=80080481 "
	"Rb618=0 Rb61c=0 Rb624=0 Rb628=0 Wb608=1800000 Rb600=92200000 Rb604=141112 R8=80080481 "
	"R10=1110 W14=21 R14=10400022 R14=10400022 W14=25 R14=ffff0026 R14=ffff0026 R5820=0 L "
	"R0=18100249 W0=98100249 R8=80080483 W0=18100249 R8=80080483 U 100*1 R1010=80000000 "
	"R10=1110 L W20=8200000 R20=18201940 U L W20=4201140 R20=14201140 U R5820=0 "
	"R0=18100249 W0=18100249 R5820=0 L R0=18100249 W0=98100249 R8=80080483 W0=18100249 "
	"R8=80080483 U 100*1 R1010=80000000 R10=1110 L W20=43f0019 R20=143f0019 W20=8390000 "
	"R20=1839008d U L W20=43f0019 R20=143f0019 W20=439008d R20=1439008d U L W20=43f0012 "
	"R20=143f0012 W20=8320000 R20=18321000 U L W20=43f0012 R20=143f0012 W20=4321000 "
	"R20=14321000 U L W20=8290000 R20=18290e00 U L W20=4290e00 R20=14290e00 U L "
	"W20=8240000 R20=18240de1 U L W20=8290000 R20=18290e00 U L W20=4240de1 R20=14240de1 U "
	"L W20=4290e00 R20=14290e00 U L W20=8200000 R20=18201140 U L W20=4201340 R20=14201340 "
	"20*4 U L W20=8210000 R20=18217949 U W30=8808 W2c=100 W28=c28001 W170=ffff "
	"W2160=8000d3f0 W2168=d400 R18=10000000 W18=10000000 128*1-4 W53fc=0 R8=80080481 "
	"R100=0 W100=40000 W5004=600 R5ad0=80002600 W5ad0=80010600 R0=18100249 W0=58100249 "
	"R100=40000 W100=40000 R5ad0=80010600 W5ad0=c0010600 W5600=1 R8=80080481 We028=0 "
	"R400=a40400f8 R400=a40400f8 W400=a403f0f8 R8=80080481 W400=a50400fa W5c80=26ad27c9 "
	"W5c84=fca7a1b0 W5c88=72c1489c W5c8c=b29e0926 W5c90=ff346ab1 W5c94=5e35399a "
	"W5c98=fe5a7a74 W5c9c=569e524a W5ca0=887fa0d W5ca4=ca10825a 16*1+4 W5c00=0 16*1+4 "
	"W5c40=1010101 R5000=300 W5000=2b00 R3590=44 W3590=4c R5af0=80000000 W5af0=c0000000 "
	"R3500=0 W3500=0 R581c=0 W581c=0 W5818=370002 R100=40000 Wc028=0 W100=4048022 We028=0 "
	"We068=0 R8=80080481 We008=1000 We000=1770a000 We004=0 We010=0 We018=0 We028=2010108 "
	"We048=1000 We040=1770f000 We044=0 We050=0 We058=0 We068=2010108 W5400=5452 "
	"R8=80080481 W5404=80040100 R8=80080481 R100=4048022 Wc028=0 Wc000=1775d000 Wc004=0 "
	"Wc008=1000 Wc010=0 Wc018=0 Wc00c=2000402 R5ad0=c0010600 W5ad0=c9030600 Wc028=2010808 "
	"R100=4048022 Wc068=0 Wc040=17760000 Wc044=0 Wc048=1000 Wc050=0 Wc058=0 Wc04c=2000402 "
	"R5ad4=80002600 W5ad4=81002600 Wc068=2010808 R5008=0 W5008=10000 Wc018=ff Wc058=ff "
	"W1514=c0000011 W1740=8000 R1700=0 W1700=81 R1704=0 W1704=82 R1700=81 W1700=8381 "
	"R1704=82 W1704=8482 R8=80080481 Rc0=80000004 R152c=0 W152c=1f R1530=0 W1530=1f "
	"W1524=1f Wd0=50000004 128*1-4 W53fc=0 R8=80080481 R100=4048022 W100=4048022 W5004=600 "
	"R5ad0=c9030600 W5ad0=c9030600 2*4 L W20=8210000 R20=18217949 U W1520=1e M1 M2 M3 M4 "
	"W1690=80000288 W168c=80000288 W1684=80000288 W1688=80000288 W1524=8 W1524=10 W1524=2 "
	"W1524=4 Rb620=0 127*1-4 W53fc=0 W5200=10000 R8=80080481 R100=4048022 W100=4048022 "
	"W5004=600 R5ad0=c9030600 W5ad0=cb030600 M0 Rc0=4 W1524=1 2*4 L W20=8210000 "
	"R20=1821796d U L W20=43f0013 R20=143f0013 W20=8330000 R20=18330000 U R400=a50400fa "
	"W400=a503f0fa R8=80080483 R0=58100249 W0=58100249 2*4 L W20=8210000 R20=1821796d U L "
	"W20=8240000 R20=18240de1 U L W20=8250000 R20=182547e0 U R8=80080483 R0=58100249 "
	"W0=58100249 R8=80080483 R0=58100249 L W20=43f0013 R20=143f0013 W20=8330000 "
	"R20=18330000 U L W20=82a0000 R20=182a3c00 U Rc030=0 Rc070=0 R4000=0 R4074=0 R4088=0 "
	"R408c=0 R4078=0 R407c=0 R40ac=0 R405c=0 R4060=0 R4064=0 R4068=0 R406c=0 R4070=0 "
	"R4008=0 R4010=0 R4014=0 R4018=0 R401c=0 R4020=0 R4030=0 R4040=0 R4048=0 R404c=0 "
	"R4050=0 R4054=0 R4058=0 R4080=0 R4090=0 R4094=0 R40a0=0 R40a4=0 R40a8=0 R40b0=0 "
	"R40c4=0 R40cc=0 R40d0=0 R40d8=0 R40dc=0 R40e0=0 R40e4=0 R40e8=0 R40ec=0 R40f0=0 "
	"R40f4=0 R40d4=0 R4028=0 R4004=0 R18=10000000 R400c=0 R4034=0 R40f8=0 R4100=0 R4124=0 "
	"R40bc=0 R40b4=0 R40b8=0 R5820=0 W1520=1e M1 M2 M3 M4 W1690=800003d4 W168c=800003d4 "
	"W1684=800003d4 W1688=800003d4 W1524=8 W1524=10 W1524=4 Rb620=0 W1524=2 M1 M2 M3 M4 "
	"W1524=10 W1524=4 W1524=8 W1524=2 Rc030=0 Rc070=0 R4000=0 R4074=0 R4088=0 R408c=0 "
	"R4078=0 R407c=0 R40ac=0 R405c=0 R4060=0 R4064=0 R4068=0 R406c=0 R4070=0 R4008=0 "
	"R4010=0 R4014=0 R4018=0 R401c=0 R4020=0 R4030=0 R4040=0 R4048=0 R404c=0 R4050=0 "
	"R4054=0 R4058=0 R4080=0 R4090=0 R4094=0 R40a0=0 R40a4=0 R40a8=0 R40b0=0 R40c4=0 "
	"R40cc=0 R40d0=0 R40d8=0 R40dc=0 R40e0=0 R40e4=0 R40e8=0 R40ec=0 R40f0=0 R40f4=0 "
	"R40d4=0 R4028=0 R4004=0 R18=10000000 R400c=0 R4034=0 R40f8=0 R4100=0 R4124=0 R40bc=0 "
	"R40b4=0 R40b8=0 R5820=0 2*4 L W20=8210000 R20=1821796d U L W20=43f0011 R20=143f0011 "
	"W20=8310000 R20=1831c000 U L W20=43f00b4 R20=143f00b4 W20=8340000 R20=58340000 U "
	"Rc030=0 Rc070=0 R4000=0 R4074=0 R4088=0 R408c=0 R4078=0 R407c=0 R40ac=0 R405c=0 "
	"R4060=0 R4064=0 R4068=0 R406c=0 R4070=0 R4008=0 R4010=0 R4014=0 R4018=0 R401c=0 "
	"R4020=0 R4030=0 R4040=0 R4048=0 R404c=0 R4050=0 R4054=0 R4058=0 R4080=0 R4090=0 "
	"R4094=0 R40a0=0 R40a4=0 R40a8=0 R40b0=0 R40c4=0 R40cc=0 R40d0=0 R40d8=0 R40dc=0 "
	"R40e0=0 R40e4=0 R40e8=0 R40ec=0 R40f0=0 R40f4=0 R40d4=0 R4028=0 R4004=0 R18=10000000 "
	"R400c=0 R4034=0 R40f8=0 R4100=0 R4124=0 R40bc=0 R40b4=0 R40b8=0 R5820=0 W1520=1e M1 "
	"M2 M3 M4 W1524=8 W1524=2 W1524=10 W1524=4 Rb620=0 M1 M2 M3 M4 W1524=8 W1524=10 "
	"W1524=4 W1524=2 Rc030=0 Rc070=0 R4000=0 R4074=0 R4088=0 R408c=0 R4078=0 R407c=0 "
	"R40ac=0 R405c=0 R4060=0 R4064=0 R4068=0 R406c=0 R4070=0 R4008=0 R4010=0 R4014=0 "
	"R4018=0 R401c=0 R4020=0 R4030=0 R4040=0 R4048=0 R404c=0 R4050=0 R4054=0 R4058=0 "
	"R4080=0 R4090=0 R4094=0 R40a0=0 R40a4=0 R40a8=0 R40b0=0 R40c4=0 R40cc=0 R40d0=0 "
	"R40d8=0 R40dc=0 R40e0=0 R40e4=0 R40e8=0 R40ec=0 R40f0=0 R40f4=0 R40d4=0 R4028=0 "
	"R4004=0 R18=10000000 R400c=0 R4034=0 R40f8=0 R4100=0 R4124=0 R40bc=0 R40b4=0 R40b8=0 "
	"R5820=0 W1520=1e M1 M2 M3 M4 W1524=8 W1524=2 W1524=10 W1524=4 Rb620=0 M1 M2 M3 M4 "
	"W1524=2 W1524=8 W1524=10 W1524=4 We058=1 M1 M4 W1524=10 M1 M4 W1690=800000c4 W1524=10 "
	"Wc018=0 We058=3 M4 M2 M4 W1524=10 M2 Wc058=0 W1524=4 W1524=2 We058=5 M4 M2 "
	"W1688=800000c4 M4 Wc058=1 W1524=4 W1524=10 M2 W1524=4 Rc030=0 Rc070=0 R4000=0 R4074=3 "
	"R4088=e2 R408c=0 R4078=0 R407c=0 R40ac=0 R405c=1 R4060=2 R4064=0 R4068=0 R406c=0 "
	"R4070=0 R4008=0 R4010=0 R4014=0 R4018=0 R401c=0 R4020=0 R4030=0 R4040=0 R4048=0 "
	"R404c=0 R4050=0 R4054=0 R4058=0 R4080=3 R4090=94 R4094=0 R40a0=0 R40a4=0 R40a8=0 "
	"R40b0=0 R40c4=0 R40cc=0 R40d0=3 R40d8=0 R40dc=0 R40e0=0 R40e4=0 R40e8=0 R40ec=0 "
	"R40f0=0 R40f4=1 R40d4=3 R4028=0 R4004=0 R18=10000000 R400c=0 R4034=0 R40f8=0 R4100=0 "
	"R4124=0 R40bc=0 R40b4=0 R40b8=0 R5820=0 W1520=1e M1 M2 M3 M4 W1684=800000c4 W1524=8 "
	"W1524=2 W1524=10 W1524=4 Rb620=0 M2 M4 W1524=10 W1524=4 M1 M3 W1524=2 W1524=8 We058=7 "
	"2*2 M4 M2 Wc058=2 W1524=10 W1524=4 127*1-4 W53fc=0 W5200=10000 R8=80080483 "
	"R100=4048022 W100=4048022 W5004=600 R5ad0=cb030600 W5ad0=cb030600 R100=4048022 "
	"W100=4048020 R400=a503f0fa W400=a503f0f8 R8=80080483 R1530=ffffffe0 W1530=ffffffe0 "
	"W1528=1f R152c=1f W152c=0 We0=0 Wd8=ffffffff R8=80080483 Rc030=0 Rc070=0 R4000=0 "
	"R4074=1 R4088=4f R408c=0 R4078=0 R407c=0 R40ac=0 R405c=0 R4060=1 R4064=0 R4068=0 "
	"R406c=0 R4070=0 R4008=0 R4010=0 R4014=0 R4018=0 R401c=0 R4020=0 R4030=0 R4040=0 "
	"R4048=0 R404c=0 R4050=0 R4054=0 R4058=0 R4080=1 R4090=33 R4094=0 R40a0=0 R40a4=0 "
	"R40a8=0 R40b0=0 R40c4=0 R40cc=0 R40d0=1 R40d8=0 R40dc=0 R40e0=0 R40e4=0 R40e8=0 "
	"R40ec=0 R40f0=0 R40f4=0 R40d4=1 R4028=0 R4004=0 R18=10000000 R400c=0 R4034=0 R40f8=0 "
	"R4100=0 R4124=0 R40bc=0 R40b4=0 R40b8=0 R5820=0 R2404=40 R0=58100249 W0=5810024d "
	"R8=80000483 R5b00=6850200 W5b00=6840200 Wd8=ffffffff W100=0 W400=8 R8=80000483 "
	"R0=5810024d W0=5c10024d 11*1 R10=1110 Wd8=ffffffff Rc0=0 W14=dd R14=ffff00de "
	"R14=ffff00de W5800=0 W14=11 R14=ffff0012 R14=ffff0012 Re00=7068302 128*2-4 W57fc=0 "
	"R8=80080481 W5400=5452 R8=80080481 W5404=80000100 R8=80080481 30*2+4 W5408=0 "
	"R8=80080481 16*2+4 W54e0=0 R8=80080481 128*1+4 W5200=0 128*1+4 Wa000=0 R5820=0 "
	"R0=100209 W0=100249 R5820=0 L R0=100249 W0=80100249 R8=80080481 W0=100249 R8=80080481 "
	"U 100*1 R1010=80000000 R10=1110 L W20=43f0019 R20=143f0019 W20=8390000 R20=1839008d U "
	"L W20=43f0019 R20=143f0019 W20=439008d R20=1439008d U L W20=43f0012 R20=143f0012 "
	"W20=8320000 R20=18320000 U L W20=43f0012 R20=143f0012 W20=4321000 R20=14321000 U L "
	"W20=8290000 R20=18290f00 U L W20=4290f00 R20=14290f00 U L W20=8240000 R20=18240de1 U "
	"L W20=8290000 R20=18290f00 U L W20=4240de1 R20=14240de1 U L W20=4290e00 R20=14290e00 "
	"U L W20=8200000 R20=18201140 U L W20=4201340 R20=14201340 20*4 U L W20=8210000 "
	"R20=18217949 U W30=8808 W2c=100 W28=c28001 W170=ffff W2160=8000d3f0 W2168=d400 "
	"R4000=0 R4008=0 R4010=0 R4014=0 R4018=0 R401c=0 R4020=0 R4028=0 R4030=0 R4040=0 "
	"R4048=0 R404c=0 R4050=0 R4054=0 R4058=0 R4074=0 R4078=0 R407c=0 R4080=0 R4088=0 "
	"R408c=0 R4090=0 R4094=0 R40a0=0 R40a4=0 R40a8=0 R40ac=0 R40b0=0 R40c0=0 R40c4=0 "
	"R40c8=0 R40cc=0 R40d0=0 R40d4=0 R40f0=0 R40f4=0 R405c=0 R4060=0 R4064=0 R4068=0 "
	"R406c=0 R4070=0 R40d8=0 R40dc=0 R40e0=0 R40e4=0 R40e8=0 R40ec=0 R4004=0 R400c=0 "
	"R4034=0 R40f8=0 R40b4=0 R40b8=0 R40bc=0 R4100=0 R4124=0 R4124=0 32*2+4 W5400=0 "
	"R8=80080481 16*2+4 W54e0=0 R8=80080481 W5400=5452 R8=80080481 W5404=80040100 "
	"R8=80080481 R5820=0 R5820=0 L W20=8200000 R20=18201140 U L W20=4201940 R20=14201940 U "
	"W38=8100 Rb614=0 Wb614=0 Rb620=0 Wb620=0 W5f50=0 W5cbc=0 R8=80080481 Rb618=0 Rb61c=0 "
	"Rb624=0 Rb628=0 Wb608=1800000 Rb600=c6980000 Rb604=46ecce R8=80080481 2*4 L "
	"W20=8210000 R20=18217949 U R8=80080483 W5800=0 W5808=0 R5820=0 R5820=0 L W20=8200000 "
	"R20=18201940 U L W20=4201940 R20=14201940 U R18=0 W18=0 ";

struct player {
	struct nic nic;
	u64 now;
	u32 events, differ, replies, messages, sent_yet, expect;
	u32 pending[NIC_VECTORS];
	struct {
		u64 when;
		u32 what, arg;
	} event[256];
};

static bool no_memory(void *ctx, u64 addr, void *to, u32 len)
{
	(void)ctx;
	(void)addr;
	memset(to, 0, len);
	return true;
}

static bool to_nowhere(void *ctx, u64 addr, const void *from, u32 len)
{
	(void)ctx;
	(void)addr;
	(void)from;
	(void)len;
	return true;
}

static void note_message(void *ctx, u32 vector)
{
	struct player *p = ctx;

	p->pending[vector]++;
}

static void no_wire(void *ctx, const u8 *frame, u32 len, u64 takes)
{
	(void)ctx;
	(void)frame;
	(void)len;
	(void)takes;
}

static void later(void *ctx, u64 when, u32 what, u32 arg)
{
	struct player *p = ctx;

	assert_true(p->events < ARRAY_SIZE(p->event));
	p->event[p->events].when = when;
	p->event[p->events].what = what;
	p->event[p->events++].arg = arg;
}

static u64 clock_now(void *ctx)
{
	return ((struct player *)ctx)->now;
}

static const struct bus_host host = {
	.dma_read = no_memory,
	.dma_write = to_nowhere,
	.msix = note_message,
	.wire_tx = no_wire,
	.at = later,
	.now_ps = clock_now,
};

static void pass(struct player *p, u64 ps)
{
	u64 end = p->now + ps;
	u32 i, first, what, arg;

	for (;;) {
		first = p->events;
		for (i = 0; i < p->events; i++) {
			if (p->event[i].when <= end &&
			    (first == p->events || p->event[i].when < p->event[first].when))
				first = i;
		}
		if (first == p->events)
			break;
		p->now = p->event[first].when;
		what = p->event[first].what;
		arg = p->event[first].arg;
		p->events--;
		memmove(&p->event[first], &p->event[first + 1],
			(p->events - first) * sizeof(p->event[0]));
		nic_card.event(&p->nic, what, arg);
	}
	p->now = end;
	nic_check_full(&p->nic);
}

/* What may differ: bits that are not compared. */
static u32 masked(const struct player *p, u32 reg, u32 want)
{
	if (reg >= 0x4000 && reg <= 0x4124)
		return 0xffffffff;
	if (reg == 0xb600 || reg == 0xb604)
		return 0xffffffff;
	if (reg == 0xc0)
		return 0x80000000 | (p->nic.cfg.qemu_quirks ? 0 : 4); /* when the link came up */
	if (p->nic.cfg.qemu_quirks)
		return 0;
	switch (reg) {
	case 0x10: /* auto read done */
		return 1u << 9;
	case 0x1010: /* configuration done */
		return 1u << 18;
	case 0x1530: /* EIAM is stored as its complement there */
		return 0xffffffff;
	case 0: /* pause is resolved by the driver */
		return 3u << 27;
	case 8: /* a PHY without power has no link */
		return 2;
	case 0x20:
		/* CTRL.PHY_RST resets the PHY. */
		if (want == 0x18201940 || want == 0x18321000 || want == 0x18290e00)
			return 0xffff;
		/* A register of a page that QEMU does not have. */
		return (want >> 30 & 1) << 30;
	default:
		return 0;
	}
}

static void reply(struct player *p, u32 reg, u32 want)
{
	u32 got;

	/* Time is not in the trace: where the link is seen to be up, let the time pass. */
	if ((reg == 8 && (want & 2) != 0) || (reg == 0x20 && want == 0x1821796d) ||
	    (reg == 0 && want == 0x18100249 && p->nic.r.CTRL[0] != want))
		pass(p, p->nic.link_up ? 0 : 600 * PS_PER_MS);
	got = nic_card.mmio_read(&p->nic, reg);
	p->replies++;
	if (((got ^ want) & ~masked(p, reg, want)) == 0)
		return;
	p->differ++;
	print_message("reply %u: %05x is %08x, was %08x\n", p->replies, reg, got, want);
}

static void request(struct player *p, u32 reg, u32 value)
{
	/* The watchdog comes after two seconds: throttles have expired by then. */
	if (reg == 0x1520) {
		pass(p, 10 * PS_PER_MS);
		memset(p->pending + 1, 0, sizeof(p->pending) - sizeof(p->pending[0]));
		p->expect = value;
	}
	if ((reg & ~0x3c0u) == 0xe018 && value != 0)
		p->sent_yet = 1;
	nic_card.mmio_write(&p->nic, reg, value);
	if (reg == 0x1520)
		pass(p, 10 * PS_PER_MS);
	pass(p, 100 * PS_PER_NS);
}

static void message(struct player *p, u32 vector)
{
	/* Frames are not in the trace, nor are the messages for them. */
	if (p->sent_yet)
		return;
	if (vector == 0 && p->pending[0] == 0)
		pass(p, 600 * PS_PER_MS);
	/* QEMU sends again when a throttle expires. */
	if (vector != 0 && (p->expect >> vector & 1) == 0 && !p->nic.cfg.qemu_quirks)
		return;
	p->expect &= ~(1u << vector);
	p->messages++;
	if (p->pending[vector] == 0) {
		p->differ++;
		print_message("message %u: none for vector %u\n", p->messages, vector);
		return;
	}
	p->pending[vector]--;
}

static void semaphore(struct player *p, bool take)
{
	reply(p, 0x5b50, 0);
	reply(p, 0x5b50, 1);
	request(p, 0x5b50, 3);
	reply(p, 0x5b50, 3);
	reply(p, 0x5b5c, take ? 0 : 2);
	request(p, 0x5b5c, take ? 2 : 0);
	reply(p, 0x5b50, 3);
	request(p, 0x5b50, 0);
}

static void entry(struct player *p, const char *s, u32 shift)
{
	u32 reg = 0, value = 0;

	if (*s == 'L' || *s == 'U') {
		semaphore(p, *s == 'L');
	} else if (*s == 'M') {
		message(p, (u32)strtoul(s + 1, NULL, 10));
	} else {
		assert_int_equal(sscanf(s + 1, "%x=%x", &reg, &value), 2);
		if (*s == 'W')
			request(p, reg + shift, value);
		else
			reply(p, reg, value);
	}
}

static const char *next_entry(const char *s)
{
	s = strchr(s, ' ');
	assert_non_null(s);
	return s + 1;
}

static void play(struct player *p)
{
	const char *s = trace, *e, *end;
	u32 n, k, i, j;
	long by;

	while (*s != 0) {
		if (*s < '0' || *s > '9') {
			entry(p, s, 0);
			s = next_entry(s);
			continue;
		}
		n = (u32)strtoul(s, (char **)(void *)&end, 10);
		k = (u32)strtoul(end + 1, (char **)(void *)&end, 10);
		by = *end == ' ' ? 0 : strtol(end, NULL, 10);
		s = next_entry(s);
		e = s;
		for (i = 0; i < n; i++) {
			for (j = 0, e = s; j < k; j++, e = next_entry(e))
				entry(p, e, j == 0 ? (u32)(by * (long)i) : 0);
		}
		s = e;
	}
}

static void run(bool quirks)
{
	struct nic_cfg cfg = { .mac = { 0x52, 0x54, 0, 0, 0, 1 }, .qemu_quirks = quirks };
	struct player *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	nic_init(&p->nic, &cfg, &host, p);
	nic_card.link(&p->nic, true);
	play(p);
	print_message("%u replies, %u messages, %u differ\n", p->replies, p->messages, p->differ);
	assert_int_equal(p->differ, 0);
	assert_int_equal(p->replies, 3090u);
	assert_true(p->messages > 10);
	assert_int_equal(p->nic.stats.unmapped_reads + p->nic.stats.unmapped_writes, 0);
	free(p);
}

static void test_trace_as_qemu(void **state)
{
	(void)state;
	run(true);
}

static void test_trace_as_hardware(void **state)
{
	(void)state;
	run(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_as_qemu),
		cmocka_unit_test(test_trace_as_hardware),
	};

	return cmocka_run_group_tests_name("nic_trace", tests, NULL, NULL);
}
