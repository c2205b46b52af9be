"""Does the newest nbdev 3 export the same library?

It runs in an environment of its own, on a copy. Development stays on nbdev 2 and
settings.ini. nbdev 3 reads `[tool.nbdev]` of pyproject.toml, which is made here from
settings.ini, for the copy only."""
import configparser, json, subprocess, sys, tempfile, venv
from filecmp import cmpfiles
from pathlib import Path

root = Path(__file__).parent.parent
own = 'nbs_path lib_path doc_path tst_flags title branch readme_nb'.split()
switches = ('recursive put_version_in_init black_formatting custom_sidebar clean_ids '
            'jupyter_hooks').split()
apart = {'__init__.py', '_modidx.py'}  # written by each version in its own form


def tool_nbdev():
    "The section for nbdev 3, from settings.ini"
    ini = configparser.ConfigParser()
    ini.read(root/'settings.ini')
    ini = ini['DEFAULT']
    lines = [f'{n} = {json.dumps(ini[n])}' for n in own]
    lines += [f'{n} = {str(ini.getboolean(n)).lower()}' for n in switches]
    return '\n'.join(['', '[tool.nbdev]', *lines, ''])


def main():
    with tempfile.TemporaryDirectory() as away:
        away = Path(away)
        venv.create(away/'env', with_pip=True)
        bin = away/'env'/'bin'
        pip = bin/'python', '-m', 'pip', '--disable-pip-version-check', 'install', '-q'
        subprocess.run([*pip, 'nbdev>=3,<4'], check=True)
        subprocess.run(['git', 'clone', '-q', root, away/'copy'], check=True)
        with (away/'copy'/'pyproject.toml').open('a') as f: f.write(tool_nbdev())
        (away/'copy'/'settings.ini').unlink()
        before,after = root/'minibackprop', away/'copy'/'minibackprop'
        for file in after.rglob('*.py'):  # an export that does nothing must not pass
            if file.name not in apart: file.unlink()
        subprocess.run([bin/'nbdev-export'], cwd=away/'copy', check=True)
        names = {f.relative_to(d).as_posix() for d in (before, after)
                 for f in d.rglob('*.py') if f.name not in apart}
        same,differ,missing = cmpfiles(before, after, names, shallow=False)
        version = subprocess.run([*pip[:3], 'show', 'nbdev'], check=True, text=True,
                                 capture_output=True).stdout.splitlines()[1]
    print(f'nbdev {version.split()[-1]}: {len(same)} modules equal byte for byte; '
          f'{differ} differ, {missing} are on one side only')
    sys.exit(bool(differ or missing))


if __name__ == '__main__': main()
