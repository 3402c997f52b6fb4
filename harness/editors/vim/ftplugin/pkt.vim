" SPDX-License-Identifier: MIT
" Editing .pkt scripts: comments, and :make runs the script.
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

setlocal comments=://,s1:/*,mb:*,ex:*/ commentstring=//\ %s
setlocal formatoptions-=t formatoptions+=croql
setlocal makeprg=refstack\ run\ %:S
setlocal errorformat=%f:%l:%c:\ %m,%f:%l:\ %m
if executable("refstack")
  setlocal formatprg=refstack\ fmt\ -
endif

let b:undo_ftplugin = "setlocal comments< commentstring< formatoptions< makeprg< errorformat< formatprg<"
