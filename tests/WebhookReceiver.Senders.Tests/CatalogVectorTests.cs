namespace WebhookReceiver.Senders.Tests;

public sealed class CatalogVectorTests
{
    public static TheoryData<string, int> Vectors()
    {
        var data = new TheoryData<string, int>();
        foreach (string id in SenderCatalog.Ids)
        {
            for (int i = 0; i < Rows.Get(id).Vectors.Count; i++)
            {
                data.Add(id, i);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Vector_VerifiedFromTheRowAlone_HasItsVerdict(string id, int index)
    {
        SenderDefinition row = Rows.Get(id);
        VectorDefinition vector = row.Vectors[index];
        TestRequest request = TestRequest.For(row, vector);
        var now = DateTimeOffset.FromUnixTimeSeconds(vector.Now);

        SignatureVerdict verdict = SenderPlan.Compile(row).Verify(in request, [Rows.Key(row, vector.Secret)], now);

        Assert.Equal(vector.Valid, verdict.IsVerified);
        Assert.True(!vector.Valid || verdict.KeyIndex == 0);
    }
}
