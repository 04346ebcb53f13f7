from serving import metrics


def test_the_page_has_tf_servings_names_and_form() -> None:
    metrics.REQUESTS.add('a "model"', "OK")
    metrics.REQUEST_LATENCY.observe(0.002, "m", "Predict", "REST")
    page = metrics.page()
    assert "# TYPE :tensorflow:serving:request_count counter\n" in page
    assert ':tensorflow:serving:request_count{model_name="a \\"model\\"",status="OK"} 1\n' in page
    labels = 'model_name="m",API="Predict",entrypoint="REST"'
    assert f':tensorflow:serving:request_latency_bucket{{{labels},le="10"}} 0\n' in page
    assert f':tensorflow:serving:request_latency_bucket{{{labels},le="+Inf"}} 1\n' in page
    assert f":tensorflow:serving:request_latency_count{{{labels}}} 1\n" in page
    assert metrics.totals()["/tensorflow/serving/request_count"] >= 1
