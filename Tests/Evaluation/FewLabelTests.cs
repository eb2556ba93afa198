using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class FewLabelTests
{
    static readonly int[] Labels = [.. Enumerable.Range(0, 600).Select(i => i * i % 7 % 3)];

    [Property(MaxTest = 30)]
    public void Draws_have_no_label_in_common_and_as_many_of_each_class(byte seed)
    {
        int[][] draws = [.. Enumerable.Range(0, 5).Select(draw => LabelDraws.Of(Labels, LabelBudget.PerClass(15), draw, seed))];
        Assert.Equal(5 * 45, draws.SelectMany(draw => draw).Distinct().Count());
        Assert.All(draws, draw => Assert.All(new[] { 0, 1, 2 }, label => Assert.Equal(15, draw.Count(place => Labels[place] == label))));
        Assert.Equal(draws[3], LabelDraws.Of(Labels, LabelBudget.PerClass(15), 3, seed));
        Assert.NotEqual(draws[3], LabelDraws.Of(Labels, LabelBudget.PerClass(15), 3, seed + 1UL));
    }

    [Fact]
    public void All_labels_are_all_and_a_share_is_one_of_each_class()
    {
        Assert.Equal(Enumerable.Range(0, 600), LabelDraws.Of(Labels, LabelBudget.Share(1), 2));
        int[] tenth = LabelDraws.Of(Labels, LabelBudget.Share(0.1), 4);
        Assert.All(new[] { 0, 1, 2 }, label =>
            Assert.Equal((int)Math.Round(0.1 * Labels.Count(l => l == label)), tenth.Count(place => Labels[place] == label)));
    }

    [Fact]
    public void Too_few_labels_are_an_error_that_can_be_foreseen()
    {
        Assert.False(LabelBudget.PerClass(300).Fits(Labels));
        Assert.Contains("300 per class",
            Assert.Throws<NativeSslException>(() => LabelDraws.Of(Labels, LabelBudget.PerClass(300), 0)).Message);
        Assert.All(LabelBudget.Usual.Take(3), budget => Assert.True(budget.Fits(Labels)));
        Assert.Throws<NativeSslException>(() => LabelDraws.Of([], LabelBudget.PerClass(1), 0));
        Assert.Throws<NativeSslException>(() => LabelBudget.PerClass(0));
        Assert.Throws<NativeSslException>(() => LabelBudget.Share(0));
        Assert.Throws<NativeSslException>(() => LabelBudget.Share(1.1));
    }

    [CultureFact]
    public void Budgets_are_named_alike_in_every_culture() =>
        Assert.All(CultureFactAttribute.InEach(() => $"{LabelBudget.Share(0.005)}, {LabelBudget.PerClass(10)}"), name =>
            Assert.Equal("0.5 %, 10 per class", name));

    // Tables of Student's t for 95 %, two-sided.
    [Theory]
    [InlineData(1, 12.7062), InlineData(2, 4.30265), InlineData(4, 2.77645), InlineData(9, 2.26216), InlineData(30, 2.04227),
        InlineData(1000, 1.96234)]
    public void Students_t_is_that_of_the_tables(int freedom, double expected) =>
        Assert.Equal(expected, StudentsT.Quantile(0.975, freedom), 1e-4);

    [Fact]
    public void Intervals_by_hand()
    {
        Score score = Score.Of([1, 2, 3, 4, 5]);
        Assert.Equal(3, score.Mean);
        Assert.Equal(2.776445 * Math.Sqrt(2.5 / 5), score.HalfWidth!.Value, 1e-5);
        Assert.Equal(new Score(7, null, 1), Score.Of([7]));
        Assert.True(new Score(1, 0.1, 5).IsApartFrom(new Score(1.3, 0.1, 5)));
        Assert.False(new Score(1, 0.2, 5).IsApartFrom(new Score(1.3, 0.1, 5)));
        Assert.False(new Score(1, 0.1, 5).IsApartFrom(9));
        Assert.Throws<NativeSslException>(() => Score.Of([]));
    }

    [Fact]
    public void More_labels_are_better_and_all_labels_are_one_draw()
    {
        FeatureSet train = Table.Clouds(600, 10, 3, 0.6), test = Table.Clouds(300, 10, 3, 0.6, Split.Test);
        Score one = FewLabelProbe.Of(train, test, LabelBudget.PerClass(1)), fifty = FewLabelProbe.Of(train, test, LabelBudget.PerClass(50));
        Score all = FewLabelProbe.Of(train, test, LabelBudget.Share(1));
        Assert.True(one.Mean < fifty.Mean && fifty.Mean <= all.Mean + 0.02, $"{one} {fifty} {all}");
        Assert.Equal(5, fifty.Count);
        Assert.Null(all.HalfWidth);
        Assert.Equal(LinearProbe.Fit(train).Accuracy(test), all.Mean);
        Assert.Equal(fifty, FewLabelProbe.Of(train, test, LabelBudget.PerClass(50)));
    }
}
