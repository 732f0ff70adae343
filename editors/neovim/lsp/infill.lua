-- What Neovim 0.12 needs to know of the server. With this folder's parent on the runtime path:
--
--     vim.lsp.enable("infill")
--     vim.lsp.inline_completion.enable()
--
-- Settings go to `init_options`, with the keys of the README's table.
return {
  cmd = { "infill", "serve" },
  root_markers = { ".git" },
}
