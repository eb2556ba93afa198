using System.Text.Json;

namespace NativeSsl.Tests.Evaluation;

public sealed class ReportCardTests
{
    static ReportCard Small()
    {
        var card = new ReportCard("Bars");
        ReportRow first = card.AddRow("raw | pixels", new Cost(1.25, 3e9, 7)), second = card.AddRow("encoder");
        card.Add(first, "kNN-20", 0.38651);
        card.Add(first, "probe 1 %", Score.Of([0.5, 0.6, 0.7]));
        card.Add(second, "RankMe", 12.5, isShare: false);
        card.Add(second, "spread", double.NaN, isShare: false);
        return card;
    }

    [CultureFact]
    public void Is_the_same_text_in_every_culture()
    {
        foreach (string text in CultureFactAttribute.InEach(() => Small().ToMarkdown() + Small().ToJson()))
            Assert.Equal(Small().ToMarkdown() + Small().ToJson(), text);
    }

    [Fact]
    public void Markdown_is_a_table_with_what_each_row_took()
    {
        string[] lines = Small().ToMarkdown().Split('\n');
        Assert.Equal("# Bars", lines[0]);
        Assert.Equal("| | kNN-20, % | probe 1 %, % | RankMe | spread | seconds | GFLOP | samples seen |", lines[2]);
        Assert.Equal("| raw \\| pixels | 38.7 | 60.0 ± 24.8 | – | – | 1.3 | 3 | 7 |", lines[4]);
        Assert.Equal("| encoder | – | – | 12.500 | NaN | 0.0 | – | 0 |", lines[5]);
        Assert.Contains("training split only", lines[7]);
    }

    [Fact]
    public void Json_has_every_score_and_null_for_what_is_not_known()
    {
        JsonElement rows = JsonDocument.Parse(Small().ToJson()).RootElement.GetProperty("rows");
        JsonElement score = rows[0].GetProperty("scores").GetProperty("probe 1 %");
        Assert.Equal((0.6, 3), (Math.Round(score.GetProperty("mean").GetDouble(), 12), score.GetProperty("count").GetInt32()));
        Assert.Equal(0.2484, score.GetProperty("halfWidth").GetDouble(), 1e-4);
        Assert.Equal(JsonValueKind.Null, rows[0].GetProperty("scores").GetProperty("kNN-20").GetProperty("halfWidth").ValueKind);
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("scores").GetProperty("spread").GetProperty("mean").ValueKind);
        Assert.Equal((1.25, 3e9, 7),
            (rows[0].GetProperty("seconds").GetDouble(), rows[0].GetProperty("flops").GetDouble(),
            rows[0].GetProperty("samplesSeen").GetInt64()));
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("flops").ValueKind);
    }

    [Fact]
    public void Is_written_into_a_folder()
    {
        using var scratch = new Scratch();
        Small().Write(scratch.Folder);
        Assert.Equal(Small().ToMarkdown(), File.ReadAllText(scratch.File("report.md")));
        Assert.Equal(Small().ToJson(), File.ReadAllText(scratch.File("report.json")));
    }

    [Fact]
    public void Nothing_is_measured_twice()
    {
        ReportCard card = Small();
        Assert.Throws<NativeSslException>(() => card.AddRow("encoder"));
        Assert.Throws<NativeSslException>(() => card.Add(card.Rows[0], "kNN-20", 1));
    }

    [Fact]
    public void Every_measure_of_features_is_in_it()
    {
        FeatureSet train = Table.Clouds(120, 8, 4, 0.8), test = Table.Clouds(80, 8, 4, 0.8, Split.Test);
        var card = new ReportCard("clouds");
        Measures.Add(card, card.AddRow("clouds", train.Cost), train, test);
        Assert.Equal(["kNN-20", "kNN-200", "probe 1 per class", "probe 5 per class", "probe 10 per class", "probe 1 %", "probe 10 %",
            "probe 100 %",
            "NMI", "ARI", "matched accuracy", "uniformity", "RankMe", "spread"], card.Measures.Select(measure => measure.Name));
        IReadOnlyDictionary<string, Score> scores = card.Rows[0].Scores;
        Assert.Equal(new NearestNeighbours(train).Accuracy(test, 20), scores["kNN-20"].Mean);
        Assert.Equal(FewLabelProbe.Of(train, test, LabelBudget.PerClass(5)), scores["probe 5 per class"]);
        Assert.Equal(RankMe.Of(test.Values), scores["RankMe"].Mean);
        Assert.Throws<NativeSslException>(() => Measures.Add(card, card.AddRow("swapped"), test, train));
    }

    [Fact]
    public void Robustness_asks_about_every_corruption_at_every_severity()
    {
        List<string> asked = [];
        IReadOnlyDictionary<Corruption, double[]> accuracies =
            Robustness.Of(Pictures.Bars(8, 1), images => { asked.Add(images.Name); return asked.Count; });
        Assert.Equal(20, asked.Distinct().Count());
        var card = new ReportCard("bars");
        Robustness.Add(card, "encoder", accuracies);
        Assert.Equal(["encoder, noise", "encoder, blur", "encoder, contrast", "encoder, occlusion"], card.Rows.Select(row => row.Name));
        Assert.Equal(["severity 1", "severity 2", "severity 3", "severity 4", "severity 5", "mean"], card.Measures.Select(measure => measure.Name));
        Assert.Equal((8, 10, 8), (card.Rows[1].Scores["severity 3"].Mean, card.Rows[1].Scores["severity 5"].Mean, card.Rows[1].Scores["mean"].Mean));
    }
}
