namespace NativeSsl.Tests.Evaluation;

public sealed class CountModelTests
{
    // Counted by hand: 0 0 1 0 1 has 0 three times, 1 twice; pairs 00 once, 01 twice, 10 once.
    readonly CountModel _counts = new(new[] { 0, 0, 1, 0, 1 }, vocabulary: 2);

    [Fact]
    public void Unigrams_by_hand() => Assert.Equal(-(Math.Log(3 / 7.0) + Math.Log(4 / 7.0)) / 2, _counts.UnigramLoss([0, 1, 0]), 12);

    [Fact]
    public void Bigrams_by_hand() => Assert.Equal(-(Math.Log(3 / 5.0) + Math.Log(2 / 3.0)) / 2, _counts.BigramLoss([0, 1, 0]), 12);

    [Fact]
    public void Nothing_is_impossible() => Assert.True(double.IsFinite(new CountModel(new[] { 0, 0 }, 3).BigramLoss([2, 2, 1])));

    [Fact]
    public void One_token_predicts_nothing() => Assert.Throws<NativeSslException>(() => _counts.UnigramLoss([0]));
}
