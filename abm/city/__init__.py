"""A city as its folder describes it: tables read, checked and asked for a year; ``from abm.city import load_city``."""

from abm.city.city import City as City
from abm.city.loading import load_city as load_city
