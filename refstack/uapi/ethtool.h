// SPDX-License-Identifier: MIT
/* ethtool.h - commands of SIOCETHTOOL, and what they carry, by offsets. */
#ifndef REFSTACK_UAPI_ETHTOOL_H
#define REFSTACK_UAPI_ETHTOOL_H

#define ETHTOOL_GSET	      0x01
#define ETHTOOL_SSET	      0x02
#define ETHTOOL_GDRVINFO      0x03
#define ETHTOOL_GREGS	      0x04
#define ETHTOOL_GWOL	      0x05
#define ETHTOOL_SWOL	      0x06
#define ETHTOOL_GMSGLVL	      0x07
#define ETHTOOL_SMSGLVL	      0x08
#define ETHTOOL_NWAY_RST      0x09
#define ETHTOOL_GLINK	      0x0a
#define ETHTOOL_GEEPROM	      0x0b
#define ETHTOOL_SEEPROM	      0x0c
#define ETHTOOL_GCOALESCE     0x0e
#define ETHTOOL_SCOALESCE     0x0f
#define ETHTOOL_GRINGPARAM    0x10
#define ETHTOOL_SRINGPARAM    0x11
#define ETHTOOL_GPAUSEPARAM   0x12
#define ETHTOOL_SPAUSEPARAM   0x13
#define ETHTOOL_GRXCSUM	      0x14
#define ETHTOOL_SRXCSUM	      0x15
#define ETHTOOL_GTXCSUM	      0x16
#define ETHTOOL_STXCSUM	      0x17
#define ETHTOOL_GSG	      0x18
#define ETHTOOL_SSG	      0x19
#define ETHTOOL_TEST	      0x1a
#define ETHTOOL_GSTRINGS      0x1b
#define ETHTOOL_PHYS_ID	      0x1c
#define ETHTOOL_GSTATS	      0x1d
#define ETHTOOL_GTSO	      0x1e
#define ETHTOOL_STSO	      0x1f
#define ETHTOOL_GPERMADDR     0x20
#define ETHTOOL_GUFO	      0x21
#define ETHTOOL_SUFO	      0x22
#define ETHTOOL_GGSO	      0x23
#define ETHTOOL_SGSO	      0x24
#define ETHTOOL_GFLAGS	      0x25
#define ETHTOOL_SFLAGS	      0x26
#define ETHTOOL_GPFLAGS	      0x27
#define ETHTOOL_SPFLAGS	      0x28
#define ETHTOOL_GRXFH	      0x29
#define ETHTOOL_SRXFH	      0x2a
#define ETHTOOL_GGRO	      0x2b
#define ETHTOOL_SGRO	      0x2c
#define ETHTOOL_GRXRINGS      0x2d
#define ETHTOOL_GRXCLSRLCNT   0x2e
#define ETHTOOL_GRXCLSRULE    0x2f
#define ETHTOOL_GRXCLSRLALL   0x30
#define ETHTOOL_SRXCLSRLDEL   0x31
#define ETHTOOL_SRXCLSRLINS   0x32
#define ETHTOOL_FLASHDEV      0x33
#define ETHTOOL_RESET	      0x34
#define ETHTOOL_SRXNTUPLE     0x35
#define ETHTOOL_GRXNTUPLE     0x36
#define ETHTOOL_GSSET_INFO    0x37
#define ETHTOOL_GRXFHINDIR    0x38
#define ETHTOOL_SRXFHINDIR    0x39
#define ETHTOOL_GFEATURES     0x3a
#define ETHTOOL_SFEATURES     0x3b
#define ETHTOOL_GCHANNELS     0x3c
#define ETHTOOL_SCHANNELS     0x3d
#define ETHTOOL_SET_DUMP      0x3e
#define ETHTOOL_GET_DUMP_FLAG 0x3f
#define ETHTOOL_GET_DUMP_DATA 0x40
#define ETHTOOL_GET_TS_INFO   0x41
#define ETHTOOL_GMODULEINFO   0x42
#define ETHTOOL_GMODULEEEPROM 0x43
#define ETHTOOL_GEEE	      0x44
#define ETHTOOL_SEEE	      0x45
#define ETHTOOL_GRSSH	      0x46
#define ETHTOOL_SRSSH	      0x47
#define ETHTOOL_GTUNABLE      0x48
#define ETHTOOL_STUNABLE      0x49
#define ETHTOOL_GPHYSTATS     0x4a
#define ETHTOOL_PERQUEUE      0x4b
#define ETHTOOL_GLINKSETTINGS 0x4c
#define ETHTOOL_SLINKSETTINGS 0x4d
#define ETHTOOL_PHY_GTUNABLE  0x4e
#define ETHTOOL_PHY_STUNABLE  0x4f
#define ETHTOOL_GFECPARAM     0x50
#define ETHTOOL_SFECPARAM     0x51

/* LINUX: struct ethtool_value, and the head of most of the others. */
enum { ETHTOOL_CMD = 0, ETHTOOL_DATA = 4, ETHTOOL_VALUE_BYTES = 8 };
/* struct ethtool_drvinfo */
enum {
	DRVINFO_DRIVER = 4,
	DRVINFO_VERSION = 36,
	DRVINFO_FW_VERSION = 68,
	DRVINFO_BUS_INFO = 100,
	DRVINFO_EROM_VERSION = 132,
	DRVINFO_N_PRIV_FLAGS = 176,
	DRVINFO_N_STATS = 180,
	DRVINFO_TESTINFO_LEN = 184,
	DRVINFO_EEDUMP_LEN = 188,
	DRVINFO_REGDUMP_LEN = 192,
	DRVINFO_BYTES = 196
};

#endif
