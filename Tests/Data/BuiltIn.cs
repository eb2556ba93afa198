using System.Security.Cryptography;
using System.Text;

namespace NativeSsl.Tests;

public sealed class BuiltIn
{
    // The built-in text decides the literals of other tests and the published tables: whoever changes it changes them all.
    const string Sha256 = "42cfba269c9260b84db0cd110a199b70a8b2c02c41fe6afbf7c119739bb97c21";

    [CultureFact]
    public void The_text_is_the_same_everywhere() =>
        Assert.All(CultureFactAttribute.InEach(BuiltInText.Compose), text => Assert.True(Hash(text) == Sha256, Hash(text)));

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void The_text_is_long_plain_and_has_something_to_learn()
    {
        string text = BuiltInText.Value;
        Assert.InRange(text.Length, 200_000, 400_000);
        Assert.All(text, c => Assert.True(c is '\n' or (>= ' ' and <= '~'), $"U+{(int)c:X4}"));
        Assert.InRange(new CharacterTokenizer(text).VocabularySize, 50, 80);
        Assert.DoesNotContain("{", text, StringComparison.Ordinal);

        // What a letter tells of the next one, and two letters of the third: a model has to find the rest.
        double unigram = Entropy(text, 1), bigram = Entropy(text, 2) - unigram, trigram = Entropy(text, 3) - Entropy(text, 2),
            fourth = Entropy(text, 6) - Entropy(text, 5);
        Assert.InRange(unigram, 2.8, 3.1);
        Assert.InRange(bigram, 2.1, 2.5);
        Assert.True(trigram < bigram - 0.4 && fourth < trigram - 0.4, $"{unigram:F3} {bigram:F3} {trigram:F3} {fourth:F3} nats");
    }

    static double Entropy(string text, int length)
    {
        Dictionary<string, int> counts = [];
        for (int i = 0; i + length <= text.Length; i++)
            counts[text.Substring(i, length)] = counts.GetValueOrDefault(text.Substring(i, length)) + 1;
        double total = text.Length - length + 1;
        return -counts.Values.Sum(count => count / total * Math.Log(count / total));
    }
}
