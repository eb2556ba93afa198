using System.Diagnostics;
using System.Text.RegularExpressions;

namespace NativeSsl.Tests;

/// <summary>The README's example is the body of <see cref="Run"/>, line for line; it learns, saves, and goes on from there.</summary>
public sealed partial class ReadmeExample
{
    internal static void Run()
    {
        TextCorpus text = TextCorpus.BuiltIn();
        var tokenizer = new CharacterTokenizer(text.Text);
        var size = new Gpt.Config { Vocabulary = tokenizer.VocabularySize, Context = 32, Layers = 2, Heads = 2, Width = 64 };
        var gpt = new Gpt(size, new Init(CpuBackend.Default, seed: 1));
        if (File.Exists("gpt.safetensors"))                                     // the second time, it goes on from what the first time learned
            using (SafetensorsFile file = SafetensorsFile.Open("gpt.safetensors"))
                foreach ((string name, Tensor tensor) in gpt.NamedTensors()) file.ReadInto(name, tensor);

        var windows = new TokenWindows(CpuBackend.Default, tokenizer.Encode(text.Train), context: 32, batch: 8, seed: 1);
        var trainer = new Trainer(new NextToken(gpt), windows, new TrainerOptions
        {
            Steps = 50,
            Players = new Dictionary<string, Player> { ["main"] = new(parameters => new AdamW(parameters), new Cosine(3e-3, 3e-4, 50)) },
        });
        trainer.Run();
        SafetensorsWriter.Write("gpt.safetensors", gpt.NamedTensors().Select(entry => SafetensorsItem.From(entry.Name, entry.Tensor)));

        foreach (int token in gpt.Generate(tokenizer.Encode("The "), new SamplingOptions { MaxTokens = 100, Temperature = 0.8 }))
            Console.Write(tokenizer.Decode([token]));
    }

    [Fact]
    public void It_is_what_the_README_shows()
    {
        string root = RepositoryRoot.Path, code = Example().Match(File.ReadAllText(Path.Combine(root, "README.md"))).Groups[1].Value;
        string body = Body().Match(File.ReadAllText(Path.Combine(root, "Tests", "ReadmeExample.cs"))).Groups[1].Value;
        Assert.InRange(code.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 10, 20);
        Assert.Equal(code.TrimEnd(), string.Join('\n', body.Split('\n').Select(line => line.Length > 8 ? line[8..] : line)).TrimEnd());
    }

    [Fact]
    public void It_runs_and_the_second_time_goes_on()
    {
        using Scratch scratch = new();
        string weights = scratch.File("gpt.safetensors");
        string folder = Path.GetDirectoryName(weights)!;
        Assert.Equal(100, Output(folder).Length);
        byte[] first = File.ReadAllBytes(weights);
        Assert.Equal(100, Output(folder).Length);
        Assert.NotEqual(first, File.ReadAllBytes(weights));
    }

    // A process of its own: the example writes to the console and to the folder it stands in.
    static string Output(string folder)
    {
        ProcessStartInfo start = OwnProcess.Of(typeof(Program), "readme-example");
        start.WorkingDirectory = folder;
        (int status, string output, string errors) = OwnProcess.Run(start);
        Assert.True(status == 0, errors);
        return output;
    }

    [GeneratedRegex("```csharp\nusing NativeSsl;\n\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("void Run\\(\\)\n    {\n(.*?)\n    }\n", RegexOptions.Singleline)]
    private static partial Regex Body();
}
