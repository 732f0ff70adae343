-- A session in the real Neovim: somebody types, sees a completion, accepts it and quits.
--
--     nvim --clean --headless -l neovim_session.lua NVIM EDITOR_FOLDER FILE
--
-- Drives a Neovim of its own with a screen, and prints what was seen there as JSON.
local nvim, folder, file = arg[1], arg[2], arg[3]
local seen = { screens = {} }

local child = vim.fn.jobstart({ nvim, '--clean', '--embed' }, { rpc = true })
local function rpc(...) return vim.rpcrequest(child, ...) end
local function lua(code, ...) return rpc('nvim_exec_lua', code, { ... }) end

local function row(number)
  return lua([[
    local cells = {}
    for column = 1, 60 do cells[column] = vim.fn.screenstring(..., column) end
    return (table.concat(cells):gsub('%s+$', ''))
  ]], number)
end

-- What `look` finds once it finds something; nil where that takes too long.
local function wait(look)
  local found
  vim.wait(15000, function()
    found = look()
    return found and found ~= vim.NIL
  end, 20)
  return found ~= vim.NIL and found or nil
end

rpc('nvim_ui_attach', 80, 24, {})
lua([[
  local folder, file = ...
  vim.o.shortmess = vim.o.shortmess .. 'I'
  vim.opt.runtimepath:append(folder)
  told = {}
  vim.lsp.handlers['infill/status'] = function(_, params) table.insert(told, params.kind) end
  vim.lsp.enable('infill')
  vim.cmd.edit(file)
  vim.lsp.inline_completion.enable()
]], folder, file)
seen.attached = wait(function() return lua('return #vim.lsp.get_clients({ name = "infill" }) > 0 or nil') end)
seen.status = wait(function() return lua('return vim.tbl_contains(told, "normal") and told or nil') end)

rpc('nvim_input', 'Goalp')
local line = lua('return vim.fn.line(".")')
seen.ghost = wait(function()
  local text = row(line)
  return #text > 3 and text or nil
end)
-- Typing what it says keeps it where it is.
rpc('nvim_input', 'h')
for _ = 1, 30 do
  vim.wait(20)
  table.insert(seen.screens, row(line))
end
seen.accepted = lua('return vim.lsp.inline_completion.get()')
seen.line = wait(function()
  local text = lua('return vim.api.nvim_get_current_line()')
  return #text > 4 and text or nil
end)
vim.wait(300)
seen.messages = rpc('nvim_exec2', 'messages', { output = true }).output
rpc('nvim_input', '<Esc>')
pcall(vim.rpcnotify, child, 'nvim_command', 'wall | qall')
seen.exit = vim.fn.jobwait({ child }, 10000)[1]
io.stdout:write(vim.json.encode(seen))
