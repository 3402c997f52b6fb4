" SPDX-License-Identifier: MIT
au BufRead,BufNewFile *.pkt setfiletype pkt
