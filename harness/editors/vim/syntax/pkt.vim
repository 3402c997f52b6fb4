" SPDX-License-Identifier: MIT
" Syntax of .pkt scripts, refstack-pkt(5).
" written by ci/generate.py: edit that, then make generated.
if exists("b:current_syntax")
  finish
endif

syn case match
syn iskeyword @,48-57,_,-

syn keyword pktCall socket bind connect listen accept accept4 read readv recv recvfrom recvmsg
syn keyword pktCall recvmmsg write writev send sendto sendmsg sendmmsg getsockopt setsockopt
syn keyword pktCall getsockname getpeername poll ppoll select epoll_create epoll_create1
syn keyword pktCall epoll_ctl epoll_wait fcntl ioctl close shutdown dup dup2 dup3 open
syn keyword pktCall sendfile splice pipe pipe2 socketpair nanosleep epoll_pwait epoll_pwait2
syn keyword pktCall fstat sigaction sigprocmask sigpending sigtimedwait socketcall
syn keyword pktConstant AF_UNSPEC AF_UNIX AF_LOCAL AF_INET AF_AX25 AF_IPX AF_APPLETALK
syn keyword pktConstant AF_NETROM AF_BRIDGE AF_ATMPVC AF_X25 AF_INET6 AF_ROSE AF_DECnet
syn keyword pktConstant AF_NETBEUI AF_SECURITY AF_KEY AF_NETLINK AF_ROUTE AF_PACKET AF_ASH
syn keyword pktConstant AF_ECONET AF_ATMSVC AF_RDS AF_SNA AF_IRDA AF_PPPOX AF_WANPIPE AF_LLC
syn keyword pktConstant AF_IB AF_MPLS AF_CAN AF_TIPC AF_BLUETOOTH AF_IUCV AF_RXRPC AF_ISDN
syn keyword pktConstant AF_PHONET AF_IEEE802154 AF_CAIF AF_ALG AF_NFC AF_VSOCK AF_KCM
syn keyword pktConstant AF_QIPCRTR AF_SMC AF_XDP AF_MCTP AF_MAX SOCK_IOC_TYPE SOCK_STREAM
syn keyword pktConstant SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET SOCK_DCCP SOCK_PACKET
syn keyword pktConstant SOCK_CLOEXEC SOCK_NONBLOCK IPPROTO_IP IPPROTO_ICMP IPPROTO_IGMP
syn keyword pktConstant IPPROTO_IPIP IPPROTO_TCP IPPROTO_EGP IPPROTO_PUP IPPROTO_UDP
syn keyword pktConstant IPPROTO_IDP IPPROTO_TP IPPROTO_DCCP IPPROTO_IPV6 IPPROTO_RSVP
syn keyword pktConstant IPPROTO_GRE IPPROTO_ESP IPPROTO_AH IPPROTO_MTP IPPROTO_BEETPH
syn keyword pktConstant IPPROTO_ENCAP IPPROTO_PIM IPPROTO_COMP IPPROTO_L2TP IPPROTO_SCTP
syn keyword pktConstant IPPROTO_UDPLITE IPPROTO_MPLS IPPROTO_ETHERNET IPPROTO_RAW IPPROTO_SMC
syn keyword pktConstant IPPROTO_MPTCP IPPROTO_MAX MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_TRYHARD
syn keyword pktConstant MSG_CTRUNC MSG_PROBE MSG_TRUNC MSG_DONTWAIT MSG_EOR MSG_WAITALL
syn keyword pktConstant MSG_FIN MSG_SYN MSG_CONFIRM MSG_RST MSG_ERRQUEUE MSG_NOSIGNAL MSG_MORE
syn keyword pktConstant MSG_WAITFORONE MSG_SENDPAGE_NOPOLICY MSG_BATCH MSG_EOF
syn keyword pktConstant MSG_NO_SHARED_FRAGS MSG_SENDPAGE_DECRYPTED MSG_SOCK_DEVMEM
syn keyword pktConstant MSG_ZEROCOPY MSG_SPLICE_PAGES MSG_FASTOPEN MSG_CMSG_CLOEXEC
syn keyword pktConstant MSG_CMSG_COMPAT MSG_INTERNAL_SENDMSG_FLAGS SHUT_RD SHUT_WR SHUT_RDWR
syn keyword pktConstant SOL_IP SOL_TCP SOL_UDP SOL_IPV6 SOL_ICMPV6 SOL_SCTP SOL_UDPLITE
syn keyword pktConstant SOL_RAW SOL_IPX SOL_AX25 SOL_ATALK SOL_NETROM SOL_ROSE SOL_DECNET
syn keyword pktConstant SOL_X25 SOL_PACKET SOL_ATM SOL_AAL SOL_IRDA SOL_NETBEUI SOL_LLC
syn keyword pktConstant SOL_DCCP SOL_NETLINK SOL_TIPC SOL_RXRPC SOL_PPPOL2TP SOL_BLUETOOTH
syn keyword pktConstant SOL_PNPIPE SOL_RDS SOL_IUCV SOL_CAIF SOL_ALG SOL_NFC SOL_KCM SOL_TLS
syn keyword pktConstant SOL_XDP SOL_MPTCP SOL_MCTP SOL_SMC SOL_VSOCK SOL_SOCKET IP_TOS IP_TTL
syn keyword pktConstant IP_HDRINCL IP_OPTIONS IP_ROUTER_ALERT IP_RECVOPTS IP_RETOPTS
syn keyword pktConstant IP_PKTINFO IP_PKTOPTIONS IP_MTU_DISCOVER IP_RECVERR IP_RECVTTL
syn keyword pktConstant IP_RECVTOS IP_MTU IP_FREEBIND IP_IPSEC_POLICY IP_XFRM_POLICY
syn keyword pktConstant IP_PASSSEC IP_TRANSPARENT IP_RECVRETOPTS IP_ORIGDSTADDR
syn keyword pktConstant IP_RECVORIGDSTADDR IP_MINTTL IP_NODEFRAG IP_CHECKSUM
syn keyword pktConstant IP_BIND_ADDRESS_NO_PORT IP_RECVFRAGSIZE IP_RECVERR_RFC4884
syn keyword pktConstant IP_MULTICAST_IF IP_MULTICAST_TTL IP_MULTICAST_LOOP IP_ADD_MEMBERSHIP
syn keyword pktConstant IP_DROP_MEMBERSHIP IP_UNBLOCK_SOURCE IP_BLOCK_SOURCE
syn keyword pktConstant IP_ADD_SOURCE_MEMBERSHIP IP_DROP_SOURCE_MEMBERSHIP IP_MSFILTER
syn keyword pktConstant MCAST_JOIN_GROUP MCAST_BLOCK_SOURCE MCAST_UNBLOCK_SOURCE
syn keyword pktConstant MCAST_LEAVE_GROUP MCAST_JOIN_SOURCE_GROUP MCAST_LEAVE_SOURCE_GROUP
syn keyword pktConstant MCAST_MSFILTER IP_MULTICAST_ALL IP_UNICAST_IF IP_LOCAL_PORT_RANGE
syn keyword pktConstant IP_PROTOCOL MCAST_EXCLUDE MCAST_INCLUDE IP_DEFAULT_MULTICAST_TTL
syn keyword pktConstant IP_DEFAULT_MULTICAST_LOOP UDP_CORK UDP_ENCAP UDP_NO_CHECK6_TX
syn keyword pktConstant UDP_NO_CHECK6_RX UDP_SEGMENT UDP_GRO UDP_ENCAP_ESPINUDP_NON_IKE
syn keyword pktConstant UDP_ENCAP_ESPINUDP UDP_ENCAP_L2TPINUDP UDP_ENCAP_GTP0 UDP_ENCAP_GTP1U
syn keyword pktConstant UDP_ENCAP_RXRPC TCP_ENCAP_ESPINTCP SO_DEBUG SO_REUSEADDR SO_TYPE
syn keyword pktConstant SO_ERROR SO_DONTROUTE SO_BROADCAST SO_SNDBUF SO_RCVBUF SO_SNDBUFFORCE
syn keyword pktConstant SO_RCVBUFFORCE SO_KEEPALIVE SO_OOBINLINE SO_NO_CHECK SO_PRIORITY
syn keyword pktConstant SO_LINGER SO_BSDCOMPAT SO_REUSEPORT SO_PASSCRED SO_PEERCRED
syn keyword pktConstant SO_RCVLOWAT SO_SNDLOWAT SO_RCVTIMEO_OLD SO_SNDTIMEO_OLD
syn keyword pktConstant SO_SECURITY_AUTHENTICATION SO_SECURITY_ENCRYPTION_TRANSPORT
syn keyword pktConstant SO_SECURITY_ENCRYPTION_NETWORK SO_BINDTODEVICE SO_ATTACH_FILTER
syn keyword pktConstant SO_DETACH_FILTER SO_GET_FILTER SO_PEERNAME SO_ACCEPTCONN SO_PEERSEC
syn keyword pktConstant SO_PASSSEC SO_MARK SO_PROTOCOL SO_DOMAIN SO_RXQ_OVFL SO_WIFI_STATUS
syn keyword pktConstant SO_PEEK_OFF SO_NOFCS SO_LOCK_FILTER SO_SELECT_ERR_QUEUE SO_BUSY_POLL
syn keyword pktConstant SO_MAX_PACING_RATE SO_BPF_EXTENSIONS SO_INCOMING_CPU SO_ATTACH_BPF
syn keyword pktConstant SO_DETACH_BPF SO_ATTACH_REUSEPORT_CBPF SO_ATTACH_REUSEPORT_EBPF
syn keyword pktConstant SO_CNX_ADVICE SO_MEMINFO SO_INCOMING_NAPI_ID SO_COOKIE SO_PEERGROUPS
syn keyword pktConstant SO_ZEROCOPY SO_TXTIME SO_BINDTOIFINDEX SO_TIMESTAMP_OLD
syn keyword pktConstant SO_TIMESTAMPNS_OLD SO_TIMESTAMPING_OLD SO_TIMESTAMP_NEW
syn keyword pktConstant SO_TIMESTAMPNS_NEW SO_TIMESTAMPING_NEW SO_RCVTIMEO_NEW SO_SNDTIMEO_NEW
syn keyword pktConstant SO_DETACH_REUSEPORT_BPF SO_PREFER_BUSY_POLL SO_BUSY_POLL_BUDGET
syn keyword pktConstant SO_NETNS_COOKIE SO_BUF_LOCK SO_RESERVE_MEM SO_TXREHASH SO_RCVMARK
syn keyword pktConstant SO_PASSPIDFD SO_PEERPIDFD SO_DEVMEM_LINEAR SO_DEVMEM_DMABUF
syn keyword pktConstant SO_DEVMEM_DONTNEED SO_TIMESTAMP SO_TIMESTAMPNS SO_TIMESTAMPING
syn keyword pktConstant SO_RCVTIMEO SO_SNDTIMEO TCP_NODELAY TCP_MAXSEG TCP_CORK TCP_KEEPIDLE
syn keyword pktConstant TCP_KEEPINTVL TCP_KEEPCNT TCP_SYNCNT TCP_LINGER2 TCP_DEFER_ACCEPT
syn keyword pktConstant TCP_WINDOW_CLAMP TCP_INFO TCP_QUICKACK TCP_CONGESTION TCP_MD5SIG
syn keyword pktConstant TCP_THIN_LINEAR_TIMEOUTS TCP_THIN_DUPACK TCP_USER_TIMEOUT TCP_REPAIR
syn keyword pktConstant TCP_REPAIR_QUEUE TCP_QUEUE_SEQ TCP_REPAIR_OPTIONS TCP_FASTOPEN
syn keyword pktConstant TCP_TIMESTAMP TCP_NOTSENT_LOWAT TCP_CC_INFO TCP_SAVE_SYN TCP_SAVED_SYN
syn keyword pktConstant TCP_REPAIR_WINDOW TCP_FASTOPEN_CONNECT TCP_ULP TCP_MD5SIG_EXT
syn keyword pktConstant TCP_FASTOPEN_KEY TCP_FASTOPEN_NO_COOKIE TCP_ZEROCOPY_RECEIVE TCP_INQ
syn keyword pktConstant TCP_TX_DELAY TCP_AO_ADD_KEY TCP_AO_DEL_KEY TCP_AO_INFO TCP_AO_GET_KEYS
syn keyword pktConstant TCP_AO_REPAIR TCP_IS_MPTCP UDPLITE_SEND_CSCOV UDPLITE_RECV_CSCOV
syn keyword pktConstant PACKET_ADD_MEMBERSHIP PACKET_DROP_MEMBERSHIP PACKET_RECV_OUTPUT
syn keyword pktConstant PACKET_RX_RING PACKET_STATISTICS PACKET_COPY_THRESH PACKET_AUXDATA
syn keyword pktConstant PACKET_ORIGDEV PACKET_VERSION PACKET_HDRLEN PACKET_RESERVE
syn keyword pktConstant PACKET_TX_RING PACKET_LOSS PACKET_VNET_HDR PACKET_TX_TIMESTAMP
syn keyword pktConstant PACKET_TIMESTAMP PACKET_FANOUT PACKET_TX_HAS_OFF PACKET_QDISC_BYPASS
syn keyword pktConstant PACKET_ROLLOVER_STATS PACKET_FANOUT_DATA PACKET_IGNORE_OUTGOING
syn keyword pktConstant PACKET_VNET_HDR_SZ EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC
syn keyword pktConstant EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV
syn keyword pktConstant ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC
syn keyword pktConstant ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK
syn keyword pktConstant ENOSYS ENOTEMPTY ELOOP EWOULDBLOCK ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT
syn keyword pktConstant EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC
syn keyword pktConstant EBADSLT EDEADLOCK EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG
syn keyword pktConstant EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG
syn keyword pktConstant EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX
syn keyword pktConstant ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ
syn keyword pktConstant EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT
syn keyword pktConstant EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN
syn keyword pktConstant ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN
syn keyword pktConstant ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH
syn keyword pktConstant EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO
syn keyword pktConstant EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED
syn keyword pktConstant EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON ENOTSUPP
syn keyword pktConstant ENOIOCTLCMD ERESTARTSYS ENOTSUP POLLIN POLLPRI POLLOUT POLLERR POLLHUP
syn keyword pktConstant POLLNVAL POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND POLLMSG
syn keyword pktConstant POLLREMOVE POLLRDHUP EPOLLIN EPOLLPRI EPOLLOUT EPOLLERR EPOLLHUP
syn keyword pktConstant EPOLLNVAL EPOLLRDNORM EPOLLRDBAND EPOLLWRNORM EPOLLWRBAND EPOLLMSG
syn keyword pktConstant EPOLLRDHUP EPOLLEXCLUSIVE EPOLLWAKEUP EPOLLONESHOT EPOLLET
syn keyword pktConstant EPOLL_CTL_ADD EPOLL_CTL_DEL EPOLL_CTL_MOD F_DUPFD F_GETFD F_SETFD
syn keyword pktConstant F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW F_SETOWN F_GETOWN F_SETSIG
syn keyword pktConstant F_GETSIG F_GETLK64 F_SETLK64 F_SETLKW64 F_SETOWN_EX F_GETOWN_EX
syn keyword pktConstant F_GETOWNER_UIDS F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW F_OWNER_TID
syn keyword pktConstant F_OWNER_PID F_OWNER_PGRP F_RDLCK F_WRLCK F_UNLCK F_EXLCK F_SHLCK
syn keyword pktConstant F_LINUX_SPECIFIC_BASE F_SETLEASE F_GETLEASE F_NOTIFY F_DUPFD_QUERY
syn keyword pktConstant F_CREATED_QUERY F_CANCELLK F_DUPFD_CLOEXEC F_SETPIPE_SZ F_GETPIPE_SZ
syn keyword pktConstant F_ADD_SEALS F_GET_SEALS F_GET_RW_HINT F_SET_RW_HINT F_GET_FILE_RW_HINT
syn keyword pktConstant F_SET_FILE_RW_HINT O_ACCMODE O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL
syn keyword pktConstant O_NOCTTY O_TRUNC O_APPEND O_NONBLOCK O_DSYNC O_DIRECT O_LARGEFILE
syn keyword pktConstant O_DIRECTORY O_NOFOLLOW O_NOATIME O_CLOEXEC O_SYNC O_PATH O_NDELAY
syn keyword pktConstant FD_CLOEXEC EPOLL_CLOEXEC TCGETS TIOCEXCL TIOCNXCL TIOCOUTQ FIONREAD
syn keyword pktConstant TIOCINQ FIONBIO FIONCLEX FIOCLEX FIOASYNC FIOQSIZE FIOSETOWN SIOCSPGRP
syn keyword pktConstant FIOGETOWN SIOCGPGRP SIOCATMARK SIOCGSTAMP_OLD SIOCGSTAMPNS_OLD SIOCINQ
syn keyword pktConstant SIOCOUTQ SIOCGSTAMP SIOCGSTAMPNS SIOCADDRT SIOCDELRT SIOCRTMSG
syn keyword pktConstant SIOCGIFNAME SIOCSIFLINK SIOCGIFCONF SIOCGIFFLAGS SIOCSIFFLAGS
syn keyword pktConstant SIOCGIFADDR SIOCSIFADDR SIOCGIFDSTADDR SIOCSIFDSTADDR SIOCGIFBRDADDR
syn keyword pktConstant SIOCSIFBRDADDR SIOCGIFNETMASK SIOCSIFNETMASK SIOCGIFMETRIC
syn keyword pktConstant SIOCSIFMETRIC SIOCGIFMEM SIOCSIFMEM SIOCGIFMTU SIOCSIFMTU SIOCSIFNAME
syn keyword pktConstant SIOCSIFHWADDR SIOCGIFENCAP SIOCSIFENCAP SIOCGIFHWADDR SIOCGIFSLAVE
syn keyword pktConstant SIOCSIFSLAVE SIOCADDMULTI SIOCDELMULTI SIOCGIFINDEX SIOGIFINDEX
syn keyword pktConstant SIOCSIFPFLAGS SIOCGIFPFLAGS SIOCDIFADDR SIOCSIFHWBROADCAST
syn keyword pktConstant SIOCGIFCOUNT SIOCGIFBR SIOCSIFBR SIOCGIFTXQLEN SIOCSIFTXQLEN
syn keyword pktConstant SIOCETHTOOL SIOCGMIIPHY SIOCGMIIREG SIOCSMIIREG SIOCWANDEV SIOCOUTQNSD
syn keyword pktConstant SIOCGSKNS SIOCDARP SIOCGARP SIOCSARP SIOCDRARP SIOCGRARP SIOCSRARP
syn keyword pktConstant SIOCGIFMAP SIOCSIFMAP SIOCADDDLCI SIOCDELDLCI SIOCGIFVLAN SIOCSIFVLAN
syn keyword pktConstant SIOCBONDENSLAVE SIOCBONDRELEASE SIOCBONDSETHWADDR
syn keyword pktConstant SIOCBONDSLAVEINFOQUERY SIOCBONDINFOQUERY SIOCBONDCHANGEACTIVE
syn keyword pktConstant SIOCBRADDBR SIOCBRDELBR SIOCBRADDIF SIOCBRDELIF SIOCSHWTSTAMP
syn keyword pktConstant SIOCGHWTSTAMP SIOCDEVPRIVATE SIOCPROTOPRIVATE SIOCGSTAMP_NEW
syn keyword pktConstant SIOCGSTAMPNS_NEW FIBMAP FIGETBSZ FIFREEZE FITHAW FS_IOC_FIEMAP
syn keyword pktConstant CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW
syn keyword pktConstant SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL
syn keyword pktConstant SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGSTKFLT SIGCHLD
syn keyword pktConstant SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ
syn keyword pktConstant SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS SIGIOT SIGPOLL SIGRTMIN
syn keyword pktConstant SIGRTMAX SO_EE_ORIGIN_NONE SO_EE_ORIGIN_LOCAL SO_EE_ORIGIN_ICMP
syn keyword pktConstant SO_EE_ORIGIN_ICMP6 SO_EE_ORIGIN_TXSTATUS SO_EE_ORIGIN_TIMESTAMPING
syn keyword pktConstant SO_EE_ORIGIN_ZEROCOPY SO_EE_ORIGIN_TXTIME SO_EE_CODE_ZEROCOPY_COPIED
syn keyword pktConstant SO_EE_CODE_TXTIME_INVALID_PARAM SO_EE_CODE_TXTIME_MISSED
syn keyword pktConstant SO_EE_RFC4884_FLAG_INVALID SCM_TSTAMP_SND SCM_TSTAMP_SCHED
syn keyword pktConstant SCM_TSTAMP_ACK FASYNC IFNAMSIZ IFALIASZ ALTIFNAMSIZ PF_UNSPEC PF_UNIX
syn keyword pktConstant PF_LOCAL PF_INET PF_AX25 PF_IPX PF_APPLETALK PF_NETROM PF_BRIDGE
syn keyword pktConstant PF_ATMPVC PF_X25 PF_INET6 PF_ROSE PF_DECnet PF_NETBEUI PF_SECURITY
syn keyword pktConstant PF_KEY PF_NETLINK PF_ROUTE PF_PACKET PF_ASH PF_ECONET PF_ATMSVC PF_RDS
syn keyword pktConstant PF_SNA PF_IRDA PF_PPPOX PF_WANPIPE PF_LLC PF_IB PF_MPLS PF_CAN PF_TIPC
syn keyword pktConstant PF_BLUETOOTH PF_IUCV PF_RXRPC PF_ISDN PF_PHONET PF_IEEE802154 PF_CAIF
syn keyword pktConstant PF_ALG PF_NFC PF_VSOCK PF_KCM PF_QIPCRTR PF_SMC PF_XDP PF_MCTP PF_MAX
syn keyword pktConstant SOMAXCONN SCM_WIFI_STATUS SCM_TIMESTAMPING_OPT_STATS
syn keyword pktConstant SCM_TIMESTAMPING_PKTINFO SCM_TXTIME SCM_DEVMEM_LINEAR
syn keyword pktConstant SCM_DEVMEM_DMABUF SCM_TIMESTAMP SCM_TIMESTAMPNS SCM_TIMESTAMPING
syn keyword pktConstant SCM_RIGHTS SCM_CREDENTIALS SCM_SECURITY SCM_PIDFD
syn keyword pktConstant SOF_TIMESTAMPING_TX_HARDWARE SOF_TIMESTAMPING_TX_SOFTWARE
syn keyword pktConstant SOF_TIMESTAMPING_RX_HARDWARE SOF_TIMESTAMPING_RX_SOFTWARE
syn keyword pktConstant SOF_TIMESTAMPING_SOFTWARE SOF_TIMESTAMPING_SYS_HARDWARE
syn keyword pktConstant SOF_TIMESTAMPING_RAW_HARDWARE SOF_TIMESTAMPING_OPT_ID
syn keyword pktConstant SOF_TIMESTAMPING_TX_SCHED SOF_TIMESTAMPING_TX_ACK
syn keyword pktConstant SOF_TIMESTAMPING_OPT_CMSG SOF_TIMESTAMPING_OPT_TSONLY
syn keyword pktConstant SOF_TIMESTAMPING_OPT_STATS SOF_TIMESTAMPING_OPT_PKTINFO
syn keyword pktConstant SOF_TIMESTAMPING_OPT_TX_SWHW SOF_TIMESTAMPING_BIND_PHC
syn keyword pktConstant SOF_TIMESTAMPING_OPT_ID_TCP SOF_TIMESTAMPING_OPT_RX_FILTER
syn keyword pktConstant SOF_TIMESTAMPING_LAST SOF_TIMESTAMPING_MASK S_IFMT S_IFSOCK S_IFLNK
syn keyword pktConstant S_IFREG S_IFBLK S_IFDIR S_IFCHR S_IFIFO S_ISUID S_ISGID S_ISVTX
syn keyword pktConstant S_IRWXU S_IRUSR S_IWUSR S_IXUSR S_IRWXG S_IRGRP S_IWGRP S_IXGRP
syn keyword pktConstant S_IRWXO S_IROTH S_IWOTH S_IXOTH TCP_CM_INQ IP_PMTUDISC_DONT
syn keyword pktConstant IP_PMTUDISC_WANT IP_PMTUDISC_DO IP_PMTUDISC_PROBE
syn keyword pktConstant IP_PMTUDISC_INTERFACE IP_PMTUDISC_OMIT TCPI_OPT_TIMESTAMPS
syn keyword pktConstant TCPI_OPT_SACK TCPI_OPT_WSCALE TCPI_OPT_ECN TCPI_OPT_ECN_SEEN
syn keyword pktConstant TCPI_OPT_SYN_DATA TCPI_OPT_USEC_TS TCP_CA_Open TCP_CA_Disorder
syn keyword pktConstant TCP_CA_CWR TCP_CA_Recovery TCP_CA_Loss TCP_ESTABLISHED TCP_SYN_SENT
syn keyword pktConstant TCP_SYN_RECV TCP_FIN_WAIT1 TCP_FIN_WAIT2 TCP_TIME_WAIT TCP_CLOSE
syn keyword pktConstant TCP_CLOSE_WAIT TCP_LAST_ACK TCP_LISTEN TCP_CLOSING SPLICE_F_MOVE
syn keyword pktConstant SPLICE_F_NONBLOCK SPLICE_F_MORE SPLICE_F_GIFT ICMP_FILTER SIG_BLOCK
syn keyword pktConstant SIG_UNBLOCK SIG_SETMASK SIG_DFL SIG_IGN SA_RESTART SA_NODEFER
syn keyword pktConstant SA_RESETHAND SI_USER SI_KERNEL SI_TKILL SI_SIGIO POLL_IN POLL_OUT
syn keyword pktConstant POLL_MSG POLL_ERR POLL_PRI POLL_HUP SYS_SOCKET SYS_BIND SYS_CONNECT
syn keyword pktConstant SYS_LISTEN SYS_ACCEPT SYS_GETSOCKNAME SYS_GETPEERNAME SYS_SOCKETPAIR
syn keyword pktConstant SYS_SEND SYS_RECV SYS_SENDTO SYS_RECVFROM SYS_SHUTDOWN SYS_SETSOCKOPT
syn keyword pktConstant SYS_GETSOCKOPT SYS_SENDMSG SYS_RECVMSG SYS_ACCEPT4 SYS_RECVMMSG
syn keyword pktConstant SYS_SENDMMSG IFF_UP IFF_BROADCAST IFF_DEBUG IFF_LOOPBACK
syn keyword pktConstant IFF_POINTOPOINT IFF_NOTRAILERS IFF_RUNNING IFF_NOARP IFF_PROMISC
syn keyword pktConstant IFF_ALLMULTI IFF_MASTER IFF_SLAVE IFF_MULTICAST IFF_PORTSEL
syn keyword pktConstant IFF_AUTOMEDIA IFF_DYNAMIC ARPHRD_ETHER ARPHRD_LOOPBACK ARPHRD_NONE
syn keyword pktConstant ATF_COM ATF_PERM ATF_PUBL ATF_USETRAILERS ATF_NETMASK ATF_DONTPUB
syn keyword pktConstant RTF_UP RTF_GATEWAY RTF_HOST RTF_REINSTATE RTF_DYNAMIC RTF_MODIFIED
syn keyword pktConstant RTF_MTU RTF_WINDOW RTF_IRTT RTF_REJECT ETHTOOL_GSET ETHTOOL_SSET
syn keyword pktConstant ETHTOOL_GDRVINFO ETHTOOL_GREGS ETHTOOL_GWOL ETHTOOL_SWOL
syn keyword pktConstant ETHTOOL_GMSGLVL ETHTOOL_SMSGLVL ETHTOOL_NWAY_RST ETHTOOL_GLINK
syn keyword pktConstant ETHTOOL_GEEPROM ETHTOOL_SEEPROM ETHTOOL_GCOALESCE ETHTOOL_SCOALESCE
syn keyword pktConstant ETHTOOL_GRINGPARAM ETHTOOL_SRINGPARAM ETHTOOL_GPAUSEPARAM
syn keyword pktConstant ETHTOOL_SPAUSEPARAM ETHTOOL_GRXCSUM ETHTOOL_SRXCSUM ETHTOOL_GTXCSUM
syn keyword pktConstant ETHTOOL_STXCSUM ETHTOOL_GSG ETHTOOL_SSG ETHTOOL_TEST ETHTOOL_GSTRINGS
syn keyword pktConstant ETHTOOL_PHYS_ID ETHTOOL_GSTATS ETHTOOL_GTSO ETHTOOL_STSO
syn keyword pktConstant ETHTOOL_GPERMADDR ETHTOOL_GUFO ETHTOOL_SUFO ETHTOOL_GGSO ETHTOOL_SGSO
syn keyword pktConstant ETHTOOL_GFLAGS ETHTOOL_SFLAGS ETHTOOL_GPFLAGS ETHTOOL_SPFLAGS
syn keyword pktConstant ETHTOOL_GRXFH ETHTOOL_SRXFH ETHTOOL_GGRO ETHTOOL_SGRO ETHTOOL_GRXRINGS
syn keyword pktConstant ETHTOOL_GRXCLSRLCNT ETHTOOL_GRXCLSRULE ETHTOOL_GRXCLSRLALL
syn keyword pktConstant ETHTOOL_SRXCLSRLDEL ETHTOOL_SRXCLSRLINS ETHTOOL_FLASHDEV ETHTOOL_RESET
syn keyword pktConstant ETHTOOL_SRXNTUPLE ETHTOOL_GRXNTUPLE ETHTOOL_GSSET_INFO
syn keyword pktConstant ETHTOOL_GRXFHINDIR ETHTOOL_SRXFHINDIR ETHTOOL_GFEATURES
syn keyword pktConstant ETHTOOL_SFEATURES ETHTOOL_GCHANNELS ETHTOOL_SCHANNELS ETHTOOL_SET_DUMP
syn keyword pktConstant ETHTOOL_GET_DUMP_FLAG ETHTOOL_GET_DUMP_DATA ETHTOOL_GET_TS_INFO
syn keyword pktConstant ETHTOOL_GMODULEINFO ETHTOOL_GMODULEEEPROM ETHTOOL_GEEE ETHTOOL_SEEE
syn keyword pktConstant ETHTOOL_GRSSH ETHTOOL_SRSSH ETHTOOL_GTUNABLE ETHTOOL_STUNABLE
syn keyword pktConstant ETHTOOL_GPHYSTATS ETHTOOL_PERQUEUE ETHTOOL_GLINKSETTINGS
syn keyword pktConstant ETHTOOL_SLINKSETTINGS ETHTOOL_PHY_GTUNABLE ETHTOOL_PHY_STUNABLE
syn keyword pktConstant ETHTOOL_GFECPARAM ETHTOOL_SFECPARAM PACKET_HOST PACKET_BROADCAST
syn keyword pktConstant PACKET_MULTICAST PACKET_OTHERHOST PACKET_OUTGOING PACKET_LOOPBACK
syn keyword pktConstant PACKET_MR_MULTICAST PACKET_MR_PROMISC PACKET_MR_ALLMULTI
syn keyword pktConstant PACKET_MR_UNICAST PACKET_FANOUT_HASH PACKET_FANOUT_LB
syn keyword pktConstant PACKET_FANOUT_CPU PACKET_FANOUT_ROLLOVER PACKET_FANOUT_RND
syn keyword pktConstant PACKET_FANOUT_QM PACKET_FANOUT_CBPF PACKET_FANOUT_EBPF
syn keyword pktConstant PACKET_FANOUT_FLAG_ROLLOVER PACKET_FANOUT_FLAG_UNIQUEID
syn keyword pktConstant PACKET_FANOUT_FLAG_IGNORE_OUTGOING PACKET_FANOUT_FLAG_DEFRAG
syn keyword pktConstant TPACKET_V1 TPACKET_V2 TPACKET_V3 TP_STATUS_USER TP_STATUS_COPY
syn keyword pktConstant TP_STATUS_LOSING TP_STATUS_CSUMNOTREADY TP_STATUS_VLAN_VALID
syn keyword pktConstant TP_STATUS_BLK_TMO TP_STATUS_VLAN_TPID_VALID TP_STATUS_CSUM_VALID
syn keyword pktConstant TP_STATUS_GSO_TCP ETH_P_ALL ETH_P_IP ETH_P_ARP ETH_P_8021Q
syn keyword pktConstant ETH_P_8021AD ETH_P_IPV6 ETH_P_802_3 ETH_P_802_2 BPF_LD BPF_LDX BPF_ST
syn keyword pktConstant BPF_STX BPF_ALU BPF_JMP BPF_RET BPF_MISC BPF_W BPF_H BPF_B BPF_IMM
syn keyword pktConstant BPF_ABS BPF_IND BPF_MEM BPF_LEN BPF_MSH BPF_ADD BPF_SUB BPF_MUL
syn keyword pktConstant BPF_DIV BPF_OR BPF_AND BPF_LSH BPF_RSH BPF_NEG BPF_MOD BPF_XOR BPF_JA
syn keyword pktConstant BPF_JEQ BPF_JGT BPF_JGE BPF_JSET BPF_K BPF_X BPF_A BPF_TAX BPF_TXA
syn keyword pktConstant SKF_AD_OFF SKF_NET_OFF SKF_LL_OFF NULL
syn keyword pktField sa_family sin_port sin_addr sun_path sll_protocol sll_ifindex sll_hatype
syn keyword pktField sll_pkttype sll_halen sll_addr spkt_device spkt_protocol iov_base iov_len
syn keyword pktField msg_name msg_iov msg_flags msg_control msg_controllen msg_hdr msg_len
syn keyword pktField cmsg_len cmsg_level cmsg_type cmsg_data ee_errno ee_origin ee_type
syn keyword pktField ee_code ee_info ee_data scm_sec scm_nsec ipi_ifindex ipi_spec_dst
syn keyword pktField ipi_addr tp_status tp_len tp_snaplen tp_mac tp_net tp_vlan_tci
syn keyword pktField tp_vlan_tpid onoff linger tv_sec tv_usec imr_multiaddr imr_interface
syn keyword pktField imr_address imr_ifindex imr_sourceaddr mr_ifindex mr_type mr_alen
syn keyword pktField mr_address tp_packets tp_drops tp_freeze_q_cnt tp_all tp_huge tp_failed
syn keyword pktField id type_flags max_num_members len filter fd events revents ptr u32 u64
syn keyword pktField tv_nsec ifr_name ifr_addr ifr_flags ifr_mtu ifr_ifindex ifr_dstaddr
syn keyword pktField ifr_broadaddr ifr_netmask ifr_hwaddr ifr_metric ifr_qlen ifr_newname
syn keyword pktField ifr_map ifr_data ifc_len ifc_req rt_dst rt_gateway rt_genmask rt_flags
syn keyword pktField rt_metric rt_dev rt_mtu rt_window rt_irtt arp_pa arp_ha arp_flags
syn keyword pktField arp_netmask arp_dev type pid ruid euid l_type l_whence l_start l_len
syn keyword pktField l_pid hint sa_handler sa_flags si_signo si_errno si_code si_band si_fd
syn keyword pktField st_mode st_nlink st_uid st_gid st_rdev st_size st_blksize sa_data
syn keyword pktField mem_start mem_end base_addr irq dma port cmd data driver version
syn keyword pktField fw_version bus_info code jt jf k
syn keyword pktDirective advance quiet cap drop add uid signal mib link down up nic queue irq
syn keyword pktDirective delay lose dma fail fetch wire loss ppm duplicate reorder by corrupt
syn keyword pktDirective alloc of host thread process
syn keyword pktPacket tcp udp udplite icmp ip proto arp eth type who-has tell reply is-at gw
syn keyword pktPacket mtu seq id ack win urg ect0 ect1 ce noecn ttl tos ect01 df rf mf frag
syn keyword pktPacket len ihl version csum bad l4csum none ulen opt eol nop rr ts lsrr ssrr ra
syn keyword pktPacket hex pad op htype ptype hlen plen sha tha tpa ipv4 gre
syn keyword pktOption eol nop mss wscale sackOK sack TS FO FOEXP md5 opt val ecr
syn keyword pktIcmp echo_reply unreachable destination_unreachable source_quench redirect
syn keyword pktIcmp echo_request echo router_advertisement router_solicitation time_exceeded
syn keyword pktIcmp parameter_problem timestamp_request timestamp timestamp_reply
syn keyword pktIcmp information_request information_reply address_mask_request
syn keyword pktIcmp address_mask_reply extended_echo_request extended_echo_reply
syn keyword pktIcmp net_unreachable net host_unreachable host protocol_unreachable protocol
syn keyword pktIcmp port_unreachable port frag_needed source_route_failed net_unknown
syn keyword pktIcmp host_unknown source_host_isolated net_prohibited host_prohibited
syn keyword pktIcmp net_unreachable_for_tos net_tos host_unreachable_for_tos host_tos
syn keyword pktIcmp packet_filtered precedence_violation precedence_cutoff ttl ttl_exceeded
syn keyword pktIcmp frag_time reassembly pointer missing_option bad_length
syn keyword pktBytes hex pattern

" Packets: direction, addresses, flags.
syn match pktNumber "\<\d\+\>\|\<0x\x\+\>"
syn match pktAddress "\<\d\{1,3}\(\.\d\{1,3}\)\{3}\(:\d\+\)\?\>"
syn match pktAddress "\<\x\x\(:\x\x\)\{5}\>"
syn match pktFlags "[<>]\s\+\zs[FSRPEWAU.]\+\ze\s"
syn match pktDirection "^\s*\(\S\+\s\+\)\?\zs[<>]\ze\s"
syn match pktOperator "\.\.\.\|->\|="

" What begins a line.
syn match pktTime "^\s*[+*]\?\(\d*\.\?\d*\)\([~]+\?\d*\.\?\d*\|\.\.\.\d*\.\?\d*\)\?\ze\s"
syn match pktSetting "^--\w\+\(=\S*\)\?"
syn match pktDuration "\<\d\+\(ns\|us\|ms\|s\)\>"
syn region pktString start=+"+ skip=+\\.+ end=+"+ oneline

syn match pktComment "//.*$" contains=pktHeader,pktTodo
syn region pktComment start="/\*" end="\*/" contains=pktTodo
syn match pktHeader "//\s*\zs\(claim\|oracle\|class\|clauses\|since\|until\|live\|igb\|path\|tape\|seed\)\ze:" contained
syn keyword pktTodo TODO FIXME XXX contained

syn include @pktSh syntax/sh.vim
unlet! b:current_syntax
syn include @pktPython syntax/python.vim
unlet! b:current_syntax
syn region pktCommand matchgroup=Delimiter start="`" end="`" contains=@pktSh keepend
syn region pktPython matchgroup=Delimiter start="%{" end="}%" contains=@pktPython keepend

hi def link pktCall Function
hi def link pktConstant Constant
hi def link pktField Identifier
hi def link pktDirective Statement
hi def link pktPacket Type
hi def link pktOption Type
hi def link pktIcmp Type
hi def link pktBytes Type
hi def link pktNumber Number
hi def link pktAddress Number
hi def link pktFlags Special
hi def link pktDirection Operator
hi def link pktOperator Operator
hi def link pktTime Label
hi def link pktDuration Number
hi def link pktSetting PreProc
hi def link pktString String
hi def link pktComment Comment
hi def link pktHeader SpecialComment
hi def link pktTodo Todo

let b:current_syntax = "pkt"
