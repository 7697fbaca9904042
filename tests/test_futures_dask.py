"""Many futures through a Dask cluster on this machine."""

import pandas as pd
import pytest

from placement_opt.scenarios.futures import many_futures
from tests.futures_cases import future_of_town, strategies, town

distributed = pytest.importorskip("distributed", reason="distributed is not installed")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
def test_a_cluster_gives_what_one_after_another_gives() -> None:
    asked = {"draws": 3, "projection": future_of_town}
    here = many_futures(town(), strategies()[:2], **asked)
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        there = many_futures(town(), strategies()[:2], executor=client.get_executor(), **asked)
    pd.testing.assert_frame_equal(there.runs.drop(columns="seconds"), here.runs.drop(columns="seconds"))
    pd.testing.assert_frame_equal(there.openings, here.openings)
    pd.testing.assert_frame_equal(there.places, here.places)
    assert there.runs["status"].tolist() == ["optimal"] * 6
