@echo off
rem Opens Cradle's page; on first use makes the environment .venv before. What follows goes to "cradle app".
rem Without a network: packages in the folder "wheels" are used and nothing else is asked for.
rem Only plain letters here: what is said in Chinese stands in the folder "start", as UTF-8.
setlocal EnableExtensions DisableDelayedExpansion
set "OLDPAGE="
for /f "tokens=2 delims=:." %%c in ('chcp') do set "OLDPAGE=%%c"
chcp 65001 >nul
set "PYTHONUTF8=1"
pushd "%~dp0"
if errorlevel 1 goto end
set "VENV_PYTHON=.venv\Scripts\python.exe"
if not exist "%VENV_PYTHON%" goto first
fc /b pyproject.toml ".venv\started-pyproject.txt" >nul 2>nul
if errorlevel 1 goto first
fc /b constraints.txt ".venv\started-constraints.txt" >nul 2>nul
if errorlevel 1 goto first
goto page

:first
type "start\first-use.txt"
call :new_enough "%VENV_PYTHON%"
if not errorlevel 1 goto install
set "MAKER="
call :try py -3.12
call :try py -3.13
call :try py -3.14
call :try python
call :try python3
if not defined MAKER goto no_python
%MAKER% -m venv --clear .venv
if errorlevel 1 goto not_installed

:install
if exist "wheels\" goto offline
"%VENV_PYTHON%" -m pip install -c constraints.txt -e ".[dashboard]"
if errorlevel 1 goto not_installed
goto installed

:offline
"%VENV_PYTHON%" -m pip install --no-index --find-links wheels -c constraints.txt -e ".[dashboard]"
if errorlevel 1 goto not_installed

:installed
copy /y pyproject.toml ".venv\started-pyproject.txt" >nul
copy /y constraints.txt ".venv\started-constraints.txt" >nul

:page
type "start\opening.txt"
"%VENV_PYTHON%" cradle.py app %*
if errorlevel 1 pause
goto end

:no_python
type "start\no-python.txt"
pause
goto end

:not_installed
type "start\not-installed.txt"
pause

:end
popd
if defined OLDPAGE chcp %OLDPAGE% >nul
endlocal
exit /b

:new_enough
"%~1" -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))" >nul 2>nul
exit /b %errorlevel%

:try
if defined MAKER exit /b 0
%* -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))" >nul 2>nul
if errorlevel 1 exit /b 0
set "MAKER=%*"
exit /b 0
