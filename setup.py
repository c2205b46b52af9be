"Everything that can be set is in settings.ini; this file only hands it to setuptools."
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

here = Path(__file__).parent
config = ConfigParser(delimiters=['='])
config.read(here/'settings.ini', encoding='utf-8')
cfg = config['DEFAULT']

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'],
    keywords=cfg['keywords'].split(), author=cfg['author'], url=cfg['git_url'],
    license='Apache-2.0', python_requires=f">={cfg['min_python']}",
    long_description=(here/'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    classifiers=['Development Status :: 3 - Alpha', 'Intended Audience :: Education',
                 'Natural Language :: English', 'Programming Language :: Python :: 3',
                 'Topic :: Scientific/Engineering :: Artificial Intelligence'],
    install_requires=cfg['requirements'].split(),
    extras_require={'dev': cfg['dev_requirements'].split()},
    entry_points={'console_scripts': cfg['console_scripts'].split()},
    # data/ and nbs/ stay at the top of the repository, and travel inside the wheel
    # as minibackprop/_mnist and /_notebooks
    packages=[*find_packages(include=['minibackprop', 'minibackprop.*']),
              'minibackprop._mnist', 'minibackprop._notebooks'],
    package_dir={'minibackprop': 'minibackprop', 'minibackprop._mnist': 'data',
                 'minibackprop._notebooks': 'nbs'},
    package_data={'minibackprop._mnist': ['*.gz', 'README.md'],
                  'minibackprop._notebooks': ['*.ipynb', '*.json', 'widgets/*']},
    include_package_data=False, zip_safe=False)
